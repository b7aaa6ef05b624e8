// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.Session.StreamChunk;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What user space sends, given what the kernel says it sent: nothing twice, nothing left out, credit paid once.
class CompletionTests extends OneSubscriber {
    private byte[] stream;

    @BeforeEach
    void write() {
        stream = subgroup();
    }

    private static byte[] subgroup() {
        var header = SubgroupHeader.of(ALIAS, 5, SubgroupMode.ZERO, 0, null, true, true, false);
        var writer = new SubgroupObjectWriter(header);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        for (int i = 0; i < 4; i++) {
            byte[] payload = new byte[500];
            Arrays.fill(payload, (byte) i);
            out.writeBytes(writer.object(i, new byte[0], payload));
        }
        return out.toByteArray();
    }

    private void arrive(int from, int to, boolean fin) {
        publisher.streamData(PUBLISHER_STREAM, Arrays.copyOfRange(stream, from, to), to - from, fin);
    }

    private long creditTaken() {
        return CONNECTION_DATA - subscriber.cells.connectionData();
    }

    @Test
    void answersSubscribersAndListsTheirLanes() {
        assertThat(request.messages).singleElement().isInstanceOf(SubscribeOk.class);
        assertThat(plane.calls).contains("fanout 0 [1]");
    }

    @Test
    void sendsNothingThatTheKernelSent() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        arrive(0, 600, false);
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 600, stream.length - 600, true, -1);
        arrive(600, stream.length, true);
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
    }

    @Test
    void fillsTheHoleThatTheKernelLeft() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        arrive(0, 600, false);
        arrive(600, 1000, false);
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 1000, stream.length - 1000, true, -1);
        arrive(1000, stream.length, true);
        StreamChunk chunk = subscriber.nextStreamFrame(1200);
        assertThat(chunk.streamId()).isEqualTo(FIRST_STREAM);
        assertThat(chunk.offset()).isEqualTo(600);
        assertThat(chunk.data()).isEqualTo(Arrays.copyOfRange(stream, 600, 1000));
        assertThat(chunk.fin()).isFalse();
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
    }

    @Test
    void sendsEverythingWhereTheKernelSentNothing() {
        arrive(0, stream.length, true);
        var received = new ByteArrayOutputStream();
        StreamChunk chunk;
        boolean fin = false;
        while ((chunk = subscriber.nextStreamFrame(700)) != null) {
            assertThat(chunk.offset()).isEqualTo(received.size());
            received.writeBytes(chunk.data());
            fin |= chunk.fin();
        }
        assertThat(received.toByteArray()).isEqualTo(stream);
        assertThat(fin).isTrue();
        assertThat(creditTaken()).isEqualTo(stream.length);
        assertThat(plane.calls).contains("block stream 2", "hand over 7 to 1");
    }

    @Test
    void givesBackWhatBothHavePaid() {
        arrive(0, 600, false);
        assertThat(subscriber.nextStreamFrame(1200).data()).hasSize(600);
        assertThat(creditTaken()).isEqualTo(600);
        // The kernel did not know: it pays from where the stream was handed over, at offset 0.
        subscriber.cells.takeConnectionData(1000);
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 600, 400, false, -1);
        arrive(600, 1000, false);
        assertThat(creditTaken()).isEqualTo(1000);
    }

    @Test
    void sendsAgainWhatTheKernelLost() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 600, 100, false, -1);
        arrive(0, 700, false);
        subscriber.cells.skipTo(10);
        now += 50_000_000;
        assertThat(subscriber.acknowledged(new long[] {1, 1, 9, 9}, 0, now)).isTrue();
        StreamChunk chunk = subscriber.nextStreamFrame(1200);
        assertThat(chunk.offset()).isZero();
        assertThat(chunk.data()).hasSize(600);
        assertThat(relay.statistics()).containsEntry("lost.packets", 1L).containsEntry("retransmitted.bytes", 600L);
    }

    @Test
    void sendsAgainWhatWasLostAgain() {
        plane.streamCopy(0, 1, plane.draw(1), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, 1, plane.draw(1), PUBLISHER_STREAM, 600, stream.length - 600, true, -1);
        arrive(0, stream.length, true);
        subscriber.cells.skipTo(10);
        now += 50_000_000;
        subscriber.acknowledged(new long[] {1, 1, 9, 9}, 0, now);
        for (int times = 1; times <= 3; times++) {
            StreamChunk again = subscriber.nextStreamFrame(1200);
            assertThat(again.streamId()).isEqualTo(FIRST_STREAM);
            assertThat(again.offset()).isZero();
            assertThat(again.data()).isEqualTo(Arrays.copyOf(stream, 600));
            assertThat(subscriber.nextStreamFrame(1200)).as("once for each loss").isNull();
            assertThat(relay.statistics()).containsEntry("retransmitted.bytes", 600L * times);
            subscriber.chunkLost(FIRST_STREAM, 0, 600, false);
        }
        StreamChunk last = subscriber.nextStreamFrame(1200);
        subscriber.chunkAcknowledged(FIRST_STREAM, 0, last.data().length, false);

        assertThat(creditTaken()).as("what is sent again is not paid for again").isLessThanOrEqualTo(stream.length);
        assertThat(subscriber.queue.streams()).as("the stream is done").isEmpty();
        assertThat(plane.calls).contains("forget stream 2 of 1");
    }

    @Test
    void waitsForBytesThatTheKernelLostBeforeUserSpaceHasThem() {
        long second = PUBLISHER_STREAM + 4;
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, 1, 1, second, 0, 600, false, FIRST_STREAM + 4);
        relay.tick();
        subscriber.cells.skipTo(10);
        assertThat(subscriber.acknowledged(new long[] {9, 9}, 0, now)).isTrue();
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        arrive(0, 400, false);
        StreamChunk chunk = subscriber.nextStreamFrame(1200);
        assertThat(chunk.data()).isEqualTo(Arrays.copyOf(stream, 400));
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        arrive(400, 600, false);
        assertThat(subscriber.nextStreamFrame(1200).offset()).isEqualTo(400);
    }

    @Test
    void closesOnAnAckOfANumberThatNobodyDrew() {
        subscriber.cells.skipTo(10);
        assertThat(subscriber.acknowledged(new long[] {10, 10}, 0, now)).isFalse();
        assertThat(subscriberEnd.events).containsExactly("violation");
        assertThat(publisherEnd.events).isEmpty();
    }

    @Test
    void aStreamThatIsAcknowledgedBeforeUserSpaceHasItsEndIsDoneWhenItHas() {
        plane.streamCopy(0, 1, plane.draw(1), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, 1, plane.draw(1), PUBLISHER_STREAM, 600, stream.length - 600, true, -1);
        relay.tick();
        subscriber.acknowledged(new long[] {0, 1}, 0, now);
        assertThat(subscriber.queue.streams()).hasSize(1);

        arrive(0, stream.length, true);

        assertThat(subscriber.queue.streams()).isEmpty();
        assertThat(plane.calls).contains("forget stream 2 of 1");
    }

    @Test
    void closesOnAnAckOfANumberThatWasLeftOut() {
        subscriber.cells.skipTo(5);
        subscriber.skipped.skipTo(subscriber.cells, 9, next -> {});
        subscriber.cells.drawPacketNumber();
        assertThat(subscriber.acknowledged(new long[] {9, 9, 0, 4}, 0, now)).isTrue();
        assertThat(subscriber.acknowledged(new long[] {0, 9}, 0, now)).isFalse();
        assertThat(subscriberEnd.events).containsExactly("violation");
        assertThat(publisherEnd.events).isEmpty();
    }

    @Test
    void copiesThatTheKernelMadeBeforeTheLaneWasWrittenAnewAreInTheBooks() {
        plane.datagramCopy(0, 1, plane.draw(1), 40, 5, 0);
        plane.streamCopy(0, 1, plane.draw(1), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        now += 1_000_000_000;
        subscriber.connectionIdChanges(() -> {}); // the peer has another connection ID: the records are of the generation before

        publisher.datagram(40, datagram(0));
        arrive(0, 600, false);

        assertThat(subscriberEnd.datagrams(subscriber)).isEmpty();
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        assertThat(subscriber.ledger.outstanding()).isEqualTo(2);
        assertThat(relay.statistics()).doesNotContainKey("copies.to_gone_lanes");
    }

    @Test
    void resetsWithTheFinalSizeThatWasSent() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        arrive(0, 600, false);
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 600, 300, false, -1);
        subscriber.stopSending(FIRST_STREAM, 4);
        relay.tick();
        assertThat(subscriberEnd.resets()).containsExactly("reset 7 code 4 size 900");
        assertThat(plane.calls).contains("forget stream 2 of 1");
    }

    @Test
    void hearsOfAStreamThatTheKernelHasJustOpenedThatItsPeerWantsNoneOfIt() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        subscriber.stopSending(FIRST_STREAM, 4);
        relay.tick();
        assertThat(subscriberEnd.resets()).containsExactly("reset 7 code 4 size 600");
    }

    @Test
    void raisesTheLimitOfAStreamThatTheKernelHasJustOpened() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        long limit = RecordingEndpoint.STREAM_DATA_LIMIT + 1;
        subscriber.streamDataLimit(FIRST_STREAM, limit);
        assertThat(subscriber.queue.stream(FIRST_STREAM).limit).isEqualTo(limit);
        assertThat(plane.calls).contains("limit " + FIRST_STREAM + " " + limit);
    }

    @Test
    void sendsDatagramsOnlyToLanesWithoutThem() {
        byte[] first = datagram(0);
        byte[] second = datagram(1);
        plane.datagramCopy(0, 1, 0, 40, 5, 0);
        publisher.datagram(40, first);
        publisher.datagram(41, second);
        assertThat(subscriberEnd.datagrams(subscriber)).containsExactly(second);
    }

    @Test
    void sendsNoDatagramAgainThatComesUpLongAfterTheKernelHasSentIt() {
        for (int packet = 0; packet < 10_000; packet++) {
            plane.datagramCopy(0, 1, plane.draw(1), packet, 5, packet);
        }
        relay.tick();
        publisher.datagram(0, datagram(0));
        assertThat(subscriberEnd.datagrams(subscriber)).isEmpty();
    }

    @Test
    void forgetsStreamsThatTheKernelOpenedWhileTheConnectionWasBeingClosed() {
        plane.calls.clear();
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        subscriber.closed();
        assertThat(plane.calls).containsSubsequence("withdraw lane 1", "forget stream 2 of 1");
    }

    @Test
    void takesTheLaneAwayBeforeAnythingElse() {
        plane.calls.clear();
        subscriber.closed();
        assertThat(plane.calls).startsWith("withdraw lane 1");
        relay.tick();
        assertThat(plane.calls).contains("fanout 0 []");
    }
}
