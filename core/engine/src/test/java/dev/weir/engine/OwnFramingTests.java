// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.Session.StreamChunk;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What user space does with connections that have own framing, given what the kernel says it sent.
class OwnFramingTests {
    private static final long CONNECTION_DATA = 100_000;
    private static final long FIRST_STREAM = 7;
    private static final int TRACK = 0;
    private static final int CACHE_BYTES = 1 << 16;

    private final ScriptedDataPlane plane = new ScriptedDataPlane();
    private long now = 1_000_000_000L;
    private final Relay relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, CACHE_BYTES, () -> now);
    private final Session publisher = session(new RecordingEndpoint(), Framing.OWN_PUBLISHER);
    private final RecordingEndpoint end = new RecordingEndpoint();
    private final Session subscriber = session(end, Framing.OWN_SUBSCRIBER);

    private Session session(RecordingEndpoint endpoint, Framing framing) {
        Session session = relay.newSession();
        session.framing(framing);
        session.established(endpoint, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        relay.tick();
        return session;
    }

    private static byte[] bytes(int length) {
        byte[] result = new byte[length];
        new Random(length).nextBytes(result);
        return result;
    }

    private void arrive(long stream, byte[] data, boolean fin) {
        publisher.streamData(stream, data, data.length, fin);
    }

    private static byte[] everythingFor(Session session) {
        var received = new ByteArrayOutputStream();
        StreamChunk chunk;
        while ((chunk = session.nextStreamFrame(1200)) != null) {
            assertThat(chunk.offset()).isEqualTo(received.size());
            received.writeBytes(chunk.data());
        }
        return received.toByteArray();
    }

    @Test
    void isSubscribedFromTheBeginning() {
        assertThat(plane.calls).contains("publish lane 1", "fanout 0 [1]");
        assertThat(end.control).isEmpty();
    }

    @Test
    void sendsStreamsThatTheKernelDidNot() {
        byte[] data = bytes(3000);
        arrive(2, data, true);
        assertThat(everythingFor(subscriber)).isEqualTo(data);
    }

    @Test
    void fillsTheHoleThatTheKernelLeft() {
        byte[] data = bytes(1000);
        plane.streamCopy(TRACK, 1, 0, 6, 0, 400, false, FIRST_STREAM);
        arrive(6, data, true);
        StreamChunk chunk = subscriber.nextStreamFrame(1200);
        assertThat(chunk.streamId()).isEqualTo(FIRST_STREAM);
        assertThat(chunk.offset()).isEqualTo(400);
        assertThat(chunk.data()).isEqualTo(Arrays.copyOfRange(data, 400, 1000));
        assertThat(chunk.fin()).isTrue();
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
    }

    @Test
    void tellsTheDatagramsOfAPacketApart() {
        plane.datagramCopy(TRACK, 1, 0, 41, 41, 1);
        byte[][] payloads = {bytes(10), bytes(20), bytes(10)};
        for (byte[] payload : payloads) {
            publisher.datagram(41, payload);
        }
        assertThat(end.datagrams(subscriber)).containsExactly(payloads[0], payloads[2]);
        publisher.datagram(42, payloads[1]);
        assertThat(end.datagrams(subscriber)).hasSize(3);
    }

    @Test
    void whoJoinsGetsStreamsThatHaveNotEnded() {
        arrive(2, bytes(500), true);
        arrive(6, bytes(700), false);
        publisher.datagram(41, bytes(30));
        now += 1_000_000;
        var lateEnd = new RecordingEndpoint();
        Session late = session(lateEnd, Framing.OWN_SUBSCRIBER);
        arrive(6, bytes(300), true);
        relay.tick();
        assertThat(everythingFor(late)).hasSize(1000).startsWith(bytes(700));
        assertThat(lateEnd.datagrams(late)).isEmpty();
    }

    @Test
    void aStreamThatWasEvictedDoesNotBeginAnew() {
        arrive(2, bytes(CACHE_BYTES), false);
        arrive(6, bytes(100), false);
        relay.tick();
        assertThat(relay.statistics()).containsEntry("dropped.cache_evicted", 1L);
        Session late = session(new RecordingEndpoint(), Framing.OWN_SUBSCRIBER);
        arrive(2, bytes(900), true);
        assertThat(everythingFor(late)).isEqualTo(bytes(100));
        publisher.closed();
        late.closed();
        subscriber.closed();
        relay.tick();
        assertThat(relay.statistics()).containsEntry("cache.bytes", 0L).containsEntry("tracks", 0L);
    }

    @Test
    void aPublisherThatLeavesResetsWhatItHasNotEnded() {
        plane.streamCopy(TRACK, 1, 0, 2, 0, 400, false, FIRST_STREAM);
        arrive(2, bytes(400), false);
        publisher.closed();
        relay.tick();
        assertThat(end.events).anyMatch(event -> event.startsWith("reset " + FIRST_STREAM) && event.endsWith(" size 400"));
        subscriber.cells.skipTo(1); // number 0 was drawn
        subscriber.acknowledged(new long[] {0, 0}, 0, now);
        relay.tick();
        assertThat(relay.statistics()).containsEntry("tracks", 0L).containsEntry("connections", 1L);
    }

    @Test
    void numbersPublishersInTheirOrder() {
        session(new RecordingEndpoint(), Framing.OWN_PUBLISHER);
        assertThat(relay.lockedGet(() -> relay.tracks().keySet().stream().map(Object::toString).toList()))
                .containsExactly("fan/1", "fan/2");
    }
}
