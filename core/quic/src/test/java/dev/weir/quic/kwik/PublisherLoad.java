// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ObjectDatagram;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A publisher that sends groups, each a stream and some objects in DATAGRAMs, as fast as a listener takes them: it is never more than a
/// few groups ahead, however slow the machine is.
final class PublisherLoad implements AutoCloseable {
    private static final int AHEAD = 4;
    private static final int DATAGRAMS = 5;
    /// Longer than any pause that a scenario makes.
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final KwikPeer publisher;
    private final KwikPeer listener;
    private final int objects;
    private final int before;
    private final List<byte[]> streams = new CopyOnWriteArrayList<>();
    private final List<Long> datagrams = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;

    /// @param listener a subscriber that nothing is wrong with
    /// @param objects of 900 bytes in each stream
    PublisherLoad(KwikPeer publisher, KwikPeer listener, int objects) {
        this.publisher = publisher;
        this.listener = listener;
        this.objects = objects;
        before = listener.streams.size();
        thread = Thread.ofPlatform().daemon().name("load").start(this::run);
    }

    private void run() {
        try {
            for (long group = 1; !stopped; group++) {
                byte[] stream = RelayFixture.subgroup(group, objects, 900);
                streams.add(stream);
                publisher.sendStream(stream);
                for (int i = 0; i < DATAGRAMS; i++) {
                    datagrams.add(group * 1000 + 100 + i);
                    publisher.sendDatagramOnce(RelayFixture.object(group, 100 + i));
                }
                long due = group - AHEAD;
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> listener.streams.size() - before >= due);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            failure.set(e);
        }
    }

    /// Waits until that many more groups were sent.
    PublisherLoad goOn(int groups) {
        int goal = streams.size() + groups;
        await().atMost(PATIENCE).until(() -> streams.size() >= goal || failure.get() != null);
        return this;
    }

    /// Ends it.
    void finish() throws InterruptedException {
        stopped = true;
        thread.join();
        assertThat(failure.get()).isNull();
    }

    /// How many groups were sent.
    int groups() {
        return streams.size();
    }

    /// Waits until a subscriber has every stream, byte for byte.
    void awaitStreams(KwikPeer subscriber) {
        var expected = streams.stream().map(Arrays::hashCode).sorted().toList();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(media(subscriber).stream().map(Arrays::hashCode).sorted())
                .containsExactlyElementsOf(expected));
    }

    /// Waits until a subscriber has every object of the DATAGRAMs; more often than once is a failure.
    void awaitDatagrams(KwikPeer subscriber) {
        await().atMost(PATIENCE).until(() -> subscriber.datagrams.size() >= datagrams.size());
        assertThat(subscriber.datagrams.stream().map(ObjectDatagram::decode).map(d -> d.group() * 1000 + d.object()))
                .containsExactlyInAnyOrderElementsOf(datagrams);
    }

    /// Complete subgroup streams that a subscriber has.
    static List<byte[]> media(KwikPeer subscriber) {
        return subscriber.streams.values().stream()
                .filter(bytes -> bytes.length > 0 && (bytes[0] & 0x90) == 0x10)
                .toList();
    }

    @Override
    public void close() {
        stopped = true;
    }
}
