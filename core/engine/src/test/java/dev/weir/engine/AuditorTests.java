// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.view.AuditView;
import dev.weir.engine.view.AuditView.Sum;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/// Books that balance, and the ways in which they may not.
class AuditorTests extends OneSubscriber {
    private static final long PACKET = 40;

    private Sum sum(String name) {
        return sum(name, subscriber.slot);
    }

    private Sum sum(String name, int lane) {
        return relay.auditor().audit().sums().stream()
                .filter(sum -> sum.name().equals(name) && sum.lane() == lane)
                .findFirst().orElseThrow();
    }

    /// The kernel sends the subscriber an object of the publisher's packet.
    private long kernelSends(long publisherNumber, long object) {
        long number = plane.draw(subscriber.slot);
        plane.datagramCopy(0, subscriber.slot, number, publisherNumber, 5, object);
        return number;
    }

    @Test
    void packetNumbersOfKernelAndUserSpaceAddUp() {
        kernelSends(PACKET, 0);
        subscriber.cells.drawPacketNumber();
        subscriber.cells.drawPacketNumber();
        subscriber.cells.notUsed();
        subscriber.cells.skipTo(10);
        Sum numbers = sum("packet numbers");

        assertThat(numbers.total()).isEqualTo(10);
        assertThat(numbers.parts()).containsEntry("sent by the kernel", 1L).containsEntry("sent by user space", 1L)
                .containsEntry("skipped: empty packet", 1L).containsEntry("skipped: key update", 7L);
        assertThat(numbers.imbalance()).isZero();
    }

    @Test
    void aConnectionWhoseHandshakeGoesOnIsNoneToLookAt() {
        Session connecting = relay.newSession();
        connecting.cells.drawPacketNumber();

        assertThat(relay.auditor().audit().isBalanced()).isTrue();
        assertThat(relay.statistics()).containsEntry("audit.imbalance", 0L);
        connecting.closed();
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    @Test
    void aNumberThatNobodyKnowsOfIsFound() {
        plane.draw(subscriber.slot);

        assertThat(sum("packet numbers").imbalance()).isEqualTo(1);
        assertThat(relay.auditor().audit().isBalanced()).isFalse();
        assertThat(relay.auditor().audit().imbalances()).containsExactly(sum("packet numbers"));
        assertThat(relay.statistics()).containsEntry("audit.imbalance", 1L);
    }

    @Test
    void aNumberThatNobodyKnowsOfIsFoundAlsoWhereTheRingWasFull() {
        plane.drawInVain(subscriber.slot);

        assertThat(sum("packet numbers").parts()).containsEntry("skipped: ring full", 1L);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
        plane.draw(subscriber.slot);
        assertThat(sum("packet numbers").imbalance()).isEqualTo(1);
        assertThat(sum("packet numbers").parts()).containsEntry("skipped: ring full", 1L);
    }

    @Test
    void everyCopyIsOneThatARecordTellsOf() {
        kernelSends(PACKET, 0);
        Sum copies = sum("kernel copies", AuditView.ALL);

        assertThat(copies.total()).isEqualTo(1);
        assertThat(copies.parts()).containsEntry("handed to a device", 1L).containsEntry("being made", 0L);
        assertThat(copies.imbalance()).isZero();
        plane.copyMade(1);
        assertThat(sum("kernel copies", AuditView.ALL).imbalance()).isEqualTo(-1);
        plane.copyMade(-2);
        assertThat(sum("kernel copies", AuditView.ALL).imbalance()).isEqualTo(1);
    }

    @Test
    void aCopyOfAPublisherThatIsGoneIsStillOne() {
        kernelSends(PACKET, 0);
        publisher.closed();

        assertThat(sum("kernel copies", AuditView.ALL).total()).isEqualTo(1);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    @Test
    void aNumberThatTwoHaveUsedIsFound() {
        long number = kernelSends(PACKET, 0);
        plane.datagramCopy(0, subscriber.slot, number, PACKET + 1, 5, 1);

        assertThat(sum("packet numbers").imbalance()).isEqualTo(-1);
    }

    @Test
    void everyObjectIsSentByTheKernelOrByUserSpace() {
        long number = kernelSends(PACKET, 0);
        kernelSends(PACKET + 1, 1);
        publisher.datagram(PACKET, datagram(0));
        publisher.datagram(PACKET + 2, datagram(2));
        Sum datagrams = sum("datagrams");

        assertThat(datagrams.total()).isEqualTo(3);
        assertThat(datagrams.parts()).containsEntry("sent or dropped by the kernel", 1L)
                .containsEntry("of these, still to come to user space", 1L).containsEntry("queued by user space", 1L);
        assertThat(datagrams.imbalance()).isZero();

        subscriber.acknowledged(new long[] {number, number}, 0, now);
        assertThat(sum("datagram fates").parts()).containsEntry("acknowledged", 1L).containsEntry("open", 2L);
        assertThat(sum("datagram fates").imbalance()).isZero();
    }

    @Test
    void anObjectThatKernelAndUserSpaceHaveBothSentIsFound() {
        publisher.datagram(PACKET, datagram(0));
        kernelSends(PACKET, 0);
        relay.tick();
        subscriber.account.matched++; // as if the same packet had come once more
        kernelSends(PACKET + 1, 1);
        publisher.datagram(PACKET + 1, datagram(1));

        assertThat(sum("datagrams").imbalance()).isEqualTo(-1);
    }

    @Test
    void streamsAreDeliveredResetOrOpen() {
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM + 4, 0, 600, false, FIRST_STREAM + 4);
        relay.tick();
        subscriber.stopSending(FIRST_STREAM, 4);
        Sum streams = sum("streams");

        assertThat(streams.total()).isEqualTo(2);
        assertThat(streams.parts()).containsEntry("reset", 1L).containsEntry("open", 1L);
        assertThat(streams.imbalance()).isZero();
        subscriber.account.streamsOpened++;
        assertThat(sum("streams").imbalance()).isEqualTo(1);
    }

    @Test
    void whoIsGoneStaysInTheBooks() {
        kernelSends(PACKET, 0);
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        relay.tick();
        kernelSends(PACKET + 1, 1); // read when the lane is out of force already: a number, and nothing else
        subscriber.closed();

        assertThat(sum("packet numbers", AuditView.GONE).total()).isEqualTo(3);
        assertThat(sum("datagrams", AuditView.GONE).parts()).containsEntry("of these, still to come to user space", 1L);
        assertThat(sum("datagram fates", AuditView.GONE).parts()).containsEntry("open when the connection ended", 1L);
        assertThat(sum("streams", AuditView.GONE).parts()).containsEntry("cut off", 1L);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    @Test
    void anObjectOfAPublisherThatIsGoneIsNotWaitedFor() {
        kernelSends(PACKET, 0);
        relay.tick();
        publisher.closed();

        assertThat(sum("datagrams").parts()).containsEntry("of these, whose publisher is gone", 1L);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    /// A stream of the publisher's with one object.
    private void stream(long id, int group) {
        var header = SubgroupHeader.of(ALIAS, group, SubgroupMode.ZERO, 0, null, true, true, false);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(new SubgroupObjectWriter(header).object(0, new byte[0], new byte[10]));
        publisher.streamData(id, out.toByteArray(), out.size(), true);
    }

    @Test
    void everyObjectThatIsDueIsSeenTo() {
        kernelSends(PACKET, 0);
        publisher.datagram(PACKET, datagram(0));
        publisher.datagram(PACKET + 1, datagram(1));
        subscriber.subscriptions.values().iterator().next().forward = false;
        publisher.datagram(PACKET + 2, datagram(2));
        Sum due = sum("datagrams due");

        assertThat(due.total()).isEqualTo(3);
        assertThat(due.parts()).containsEntry("sent or dropped by the kernel", 1L).containsEntry("left to user space", 1L)
                .containsEntry("not wanted", 1L);
        assertThat(due.imbalance()).isZero();
        track().receivedDatagrams++; // as if the subscriber had been passed over
        assertThat(sum("datagrams due").imbalance()).isEqualTo(1);
    }

    @Test
    void everyStreamThatIsDueIsBegunOrThereIsAReason() {
        stream(PUBLISHER_STREAM, 1);
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM + 4, 0, 3, false, FIRST_STREAM + 4);
        relay.tick(); // the kernel is ahead
        assertThat(sum("streams due").parts()).containsEntry("begun", 1L);
        subscriber.cells.drawStreamId(); // which the kernel took
        while (subscriber.cells.drawStreamId() >= 0) {
            // until the subscriber allows no further stream
        }
        stream(PUBLISHER_STREAM + 4, 2);
        stream(PUBLISHER_STREAM + 8, 3);
        Sum due = sum("streams due");

        assertThat(due.total()).isEqualTo(3);
        assertThat(due.parts()).containsEntry("begun", 2L).containsEntry("waiting for MAX_STREAMS", 1L);
        assertThat(due.imbalance()).isZero();
        subscriber.streamIdLimit(subscriber.cells.streamIdLimit() + 4);
        assertThat(sum("streams due").parts()).containsEntry("begun", 3L).containsEntry("waiting for MAX_STREAMS", 0L);
        assertThat(sum("streams due").imbalance()).isZero();
    }

    @Test
    void aStreamThatIsNeverBegunIsFound() {
        while (subscriber.cells.drawStreamId() >= 0) {
            // until the subscriber allows no further stream
        }
        stream(PUBLISHER_STREAM, 1);
        assertThat(sum("streams due").imbalance()).isZero();
        subscriber.subscriptions.get(track()).blocked.clear(); // nobody will think of it again

        assertThat(sum("streams due").imbalance()).isEqualTo(1);
    }

    @Test
    void whatWasDueToASubscriptionThatHasEndedStaysInTheBooks() {
        stream(PUBLISHER_STREAM, 1);
        publisher.datagram(PACKET, datagram(0));
        subscriber.requestClosed(request);

        assertThat(sum("streams due").parts()).containsEntry("begun", 1L);
        assertThat(sum("datagrams due").parts()).containsEntry("left to user space", 1L);
        subscriber.closed();
        assertThat(sum("streams due", AuditView.GONE).total()).isEqualTo(1);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    private Track track() {
        return relay.tracks().get(TRACK);
    }
}
