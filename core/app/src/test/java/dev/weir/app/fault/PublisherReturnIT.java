// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.wire.moqt.Location;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A publisher leaves, in whichever way, and returns: who is subscribed goes on and gets the new objects, from the kernel.
@RequiresRoot
@RequiresBpf
class PublisherReturnIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Longer than the test has patience: who takes over from a killed publisher does not wait for its idle timeout.
    private static final int IDLE_SECONDS = 60;
    private static final int RATE = 200;
    private static final int SIZE = 300;
    /// More than one group: the kernel takes part from the second one on, if the publisher does not say where it goes on.
    private static final int OBJECTS = 260;

    @TempDir
    static Path folder;

    private static MediaBed bed;

    private final PeerLoop loop = new PeerLoop("peers");
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<TransferredObject> published = new ArrayList<>();
    private long nextGroup;

    @BeforeAll
    static void startRelay() throws Exception {
        bed = new MediaBed("wt4-return", folder, IDLE_SECONDS);
    }

    @AfterAll
    static void stopRelay() {
        bed.close();
    }

    /// The next test finds a relay that knows nothing of the last one's tracks, and whose books balance.
    @AfterEach
    void everythingIsGone() {
        threads.shutdownNow();
        loop.close();
        await().atMost(PATIENCE).untilAsserted(() -> {
            RelayStatistics now = bed.statistics();
            assertThat(List.of("subscriptions", "tracks", "map.tracks", "map.lane_streams", "cache.bytes"))
                    .allSatisfy(name -> assertThat(now.get(name)).as(name).isZero());
        });
        bed.assertBooksBalance();
    }

    /// How a publisher leaves.
    private enum Leaving {
        CLOSED,
        KILLED
    }

    /// Publishes some objects and leaves in the middle of a group.
    ///
    /// @return the port it had
    private int publishAndLeave(DeliveryMode mode, int port, Leaving leaving) throws Exception {
        PublisherPeer publisher = bed.publisher(loop, mode, port);
        var source = new RunningSource(RATE, SIZE, nextGroup);
        publisher.announce(source.content(), false);
        var publishing = CompletableFuture.supplyAsync(() -> publisher.publish(source), threads);
        await().atMost(PATIENCE).until(() -> publisher.sentObjects() >= OBJECTS);
        source.pause();
        publisher.awaitQuiet();
        if (leaving == Leaving.KILLED) {
            publisher.fallSilent();
        } else {
            publisher.close();
        }
        source.abandon();
        published.addAll(publishing.get(10, TimeUnit.SECONDS).objects());
        publisher.close();
        nextGroup = source.nextGroup();
        return publisher.localAddress().getPort();
    }

    private void subscribersGoOn(DeliveryMode mode) throws Exception {
        PublisherPeer first = bed.publisher(loop, mode, 0);
        first.announce(new RunningSource(RATE, SIZE, 0).content(), false);
        SubscriberPeer subscriber = bed.subscriber(loop, mode, new Location(0, 0));
        subscriber.subscribe();
        first.close();
        RelayStatistics before = bed.statistics();

        int port = publishAndLeave(mode, 0, Leaving.CLOSED);
        publishAndLeave(mode, port, Leaving.CLOSED);
        port = publishAndLeave(mode, 0, Leaving.KILLED);
        publishAndLeave(mode, port, Leaving.KILLED);
        publishAndLeave(mode, 0, Leaving.CLOSED);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(subscriber.received())
                .as("%s", bed.statistics())
                .isEqualTo(published.size()));
        assertThat(subscriber.ended()).isNotDone();
        ReceivedTrack received = subscriber.finish();
        assertThat(received.objects().values()).containsExactlyInAnyOrderElementsOf(published);
        assertThat(received.duplicates()).isZero();
        assertThat(subscriber.violation()).isNull();
        assertThat(subscriber.rejectedPackets()).isZero();
        RelayStatistics figures = bed.statistics().since(before);
        assertThat(figures.get("copies.kernel")).as("%s", figures).isGreaterThan(published.size() / 10);
        subscriber.close();
    }

    @Test
    void subscribersToStreamsGoOn() throws Exception {
        subscribersGoOn(DeliveryMode.STREAM);
    }

    @Test
    void subscribersToDatagramsGoOn() throws Exception {
        subscribersGoOn(DeliveryMode.DATAGRAM);
    }

    @Test
    void subscriptionsEndWhenThePublisherCountsFromTheBeginning() throws Exception {
        DeliveryMode mode = DeliveryMode.STREAM;
        PublisherPeer first = bed.publisher(loop, mode, 0);
        first.announce(new RunningSource(RATE, SIZE, 0).content(), false);
        SubscriberPeer subscriber = bed.subscriber(loop, mode, new Location(0, 0));
        subscriber.subscribe();
        first.close();
        publishAndLeave(mode, 0, Leaving.CLOSED);
        await().atMost(PATIENCE).until(() -> subscriber.received() == published.size());

        nextGroup = 0;
        PublisherPeer again = bed.publisher(loop, mode, 0);
        var source = new RunningSource(RATE, SIZE, 0);
        again.announce(source.content(), false);
        var publishing = CompletableFuture.supplyAsync(() -> again.publish(source), threads);
        assertThat(subscriber.ended().get(20, TimeUnit.SECONDS)).contains("subscribe again");
        assertThat(subscriber.received()).isEqualTo(published.size());
        SubscriberPeer anew = bed.subscriber(loop, mode, null);
        anew.subscribe();
        bed.awaitObject(anew);
        source.stop();
        publishing.get(20, TimeUnit.SECONDS);
        assertThat(anew.ended().get(20, TimeUnit.SECONDS)).contains("the track ended");
        assertThat(anew.violation()).isNull();
        subscriber.close();
        anew.close();
        again.close();
    }
}
