// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PathMode;
import dev.weir.engine.Policies;
import dev.weir.engine.RelayOptions;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Policies are swapped while packets flow, every tenth one broken: under 64 lanes and 1000 DATAGRAM objects a second, and some times
/// while streams begin. `weir.policy.swaps` says how often; 400 in the long form.
@RequiresRoot
@RequiresBpf
class PolicySwapIT {
    private static final int PORT = 4433;
    private static final int LANES = 64;
    private static final int RATE = 1000;
    private static final int SIZE = 100;
    private static final int SWAPS = Integer.getInteger("weir.policy.swaps", 100);
    private static final int STREAM_LANES = 16;
    private static final int STREAM_RATE = 250;
    private static final int STREAM_SWAPS = SWAPS * 3 / 10;
    /// Objects that a packet has at most.
    private static final int MOST_IN_A_PACKET = 16;
    private static final FullTrackName TRACK = FullTrackName.of("swap/under", "load");

    private final DevelopmentCertificate certificate = DevelopmentCertificate.create();
    private final Trust trust = new Trust.Pinned(List.of(certificate.certificate()));
    private final PeerLoop loop = new PeerLoop("subscribers");
    private final PeerLoop publisherLoop = new PeerLoop("publisher");
    private final List<SubscriberPeer> subscribers = new ArrayList<>();
    private final List<InstalledPolicy> installed = new ArrayList<>();
    private Topology topology;
    private RelayServer relay;

    @BeforeEach
    void start() throws Exception {
        topology = Topology.create("wt3-swap", 2);
        relay = topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                new InetSocketAddress(PORT),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.KERNEL)));
    }

    @AfterEach
    void stop() {
        subscribers.forEach(SubscriberPeer::close);
        relay.close();
        loop.close();
        publisherLoop.close();
        topology.close();
    }

    private PeerOptions optionsOf(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), PORT), trust);
    }

    private void subscribe(int lanes) throws Exception {
        for (int i = 0; i < lanes; i++) {
            Host host = topology.subscribers().get(i % 2);
            var request = new SubscriberPeer.Request(TRACK, null, null, null, 0);
            SubscriberPeer peer = host.namespace().call(() -> SubscriberPeer.connect(loop, optionsOf(host), request));
            subscribers.add(peer);
            peer.subscribe();
        }
        await().until(() -> relay.statistics().get("subscriptions.active") == lanes
                && relay.statistics().get("lane_lists.stale") == 0);
    }

    private void putInForce(InstalledPolicy policy) {
        relay.policies().assign(List.of(new Policies.Binding(policy, track -> true, Set.of())));
    }

    /// @return the slowest change of programs and lane lists, nanoseconds
    private long swapAll(SwapPolicies policies, int swaps) {
        InstalledPolicy current = installed.getFirst();
        long slowest = 0;
        for (int swap = 1; swap <= swaps; swap++) {
            if (swap % 10 == 0) {
                int number = swap / 10;
                assertThatThrownBy(() -> relay.policies().install("broken", policies.broken(number)))
                        .as("broken policy %d", number)
                        .isInstanceOf(RuntimeException.class);
                continue;
            }
            InstalledPolicy next = relay.policies().install("swap", policies.next(swap));
            installed.add(next);
            long flips = relay.policies().assign(List.of(new Policies.Binding(next, track -> true, Set.of())));
            slowest = Math.max(slowest, flips + next.programSwapNanos());
            relay.policies().retire(current);
            current = next;
        }
        return slowest;
    }

    @Test
    void everyObjectAndLaneIsAccountedForByOneOfThePolicies() throws Exception {
        var policies = new SwapPolicies();
        Host host = topology.publisher();
        try (PublisherPeer publisher = host.namespace()
                .call(() -> PublisherPeer.connect(publisherLoop, optionsOf(host), TRACK, DeliveryMode.DATAGRAM))) {
            var source = new RunningSource(RATE, SIZE, 0);
            publisher.announce(source.content(), false);
            subscribe(LANES);
            installed.add(relay.policies().install("first", policies.next(1)));
            putInForce(installed.getFirst());
            var publishing = CompletableFuture.supplyAsync(() -> publisher.publish(source));
            await().until(() -> publisher.sentObjects() > 100);

            long slowest = swapAll(policies, SWAPS);
            source.stop();
            publishing.get(30, TimeUnit.SECONDS);
            long published = publisher.sentObjects();

            System.out.printf("slowest of %d swaps: %d us; %d objects to %d lanes%n", SWAPS, slowest / 1000, published, LANES);
            Map<String, Long> verdicts = awaitVerdicts(published * LANES);
            checkEveryPacketMetAProgram(verdicts);
            checkDelivery(verdicts);
            Books.assertBalanced(relay::audit);
            assertThat(publisher.violation()).isNull();
        }
    }

    @Test
    void everyStreamAndLaneIsAccountedForByOneOfThePolicies() throws Exception {
        var policies = new SwapPolicies();
        Host host = topology.publisher();
        try (PublisherPeer publisher = host.namespace()
                .call(() -> PublisherPeer.connect(publisherLoop, optionsOf(host), TRACK, DeliveryMode.STREAM))) {
            var source = new ShortGroups(new RunningSource(STREAM_RATE, SIZE, 0));
            publisher.announce(source.content(), false);
            subscribe(STREAM_LANES);
            installed.add(relay.policies().install("first", policies.next(1)));
            putInForce(installed.getFirst());
            var publishing = CompletableFuture.supplyAsync(() -> publisher.publish(source));
            await().until(() -> publisher.sentObjects() > 100);

            long slowest = swapAll(policies, STREAM_SWAPS);
            source.stop();
            publishing.get(30, TimeUnit.SECONDS);
            long streams = publisher.sentObjects() / ShortGroups.OBJECTS;

            System.out.printf("slowest of %d swaps: %d us; %d streams to %d lanes%n",
                    STREAM_SWAPS, slowest / 1000, streams, STREAM_LANES);
            Map<String, Long> verdicts = awaitVerdicts(streams * STREAM_LANES);
            long forwarded = verdicts.get("forwarded.kernel") + verdicts.get("forwarded.userspace");
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(received())
                    .as("objects of %d streams, %s", forwarded, relay.statistics())
                    .isEqualTo(forwarded * ShortGroups.OBJECTS));
            assertThat(verdicts.get("dropped.kernel")).as("policies have dropped something").isPositive();
            checkPeers();
            Books.assertBalanced(relay::audit);
            assertThat(publisher.violation()).isNull();
        }
    }

    private Map<String, Long> awaitVerdicts(long expected) {
        Map<String, Long> verdicts = new HashMap<>();
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
            verdicts.clear();
            verdicts.putAll(sumOfVerdicts());
            assertThat(verdicts.values().stream().mapToLong(Long::longValue).sum())
                    .as("verdicts %s, statistics %s", verdicts, relay.statistics())
                    .isEqualTo(expected);
        });
        return verdicts;
    }

    /// Verdicts of kernel and user space together say nothing about that: a packet that no program had seen would be user space's. So the
    /// kernel has a record of every object, except for packets that a program has seen and passed up, which it counts.
    private void checkEveryPacketMetAProgram(Map<String, Long> verdicts) {
        Map<String, Long> statistics = relay.statistics();
        long passedUp = statistics.get("kernel.lease_expired") + statistics.get("kernel.ring_full");

        long ofUserSpace = verdicts.get("forwarded.userspace") + verdicts.getOrDefault("dropped.userspace", 0L);

        assertThat(statistics.getOrDefault("received.unrecorded", 0L)).as("%s", statistics).isLessThanOrEqualTo(passedUp * MOST_IN_A_PACKET);
        assertThat(ofUserSpace).as("%s", statistics).isLessThanOrEqualTo(passedUp * MOST_IN_A_PACKET * LANES);
    }

    private long received() {
        return subscribers.stream().mapToLong(SubscriberPeer::received).sum();
    }

    private Map<String, Long> sumOfVerdicts() {
        var sums = new HashMap<String, Long>();
        for (InstalledPolicy policy : installed) {
            Policies.Account account = relay.policies().account(policy);
            sums.merge("forwarded.kernel", account.forwardedByKernel(), Long::sum);
            sums.merge("forwarded.userspace", account.forwardedByUserSpace(), Long::sum);
            account.droppedByKernel().forEach((reason, count) -> sums.merge("dropped.kernel", count, Long::sum));
            account.droppedByUserSpace().forEach((reason, count) -> sums.merge("dropped.userspace", count, Long::sum));
        }
        return sums;
    }

    private void checkDelivery(Map<String, Long> verdicts) {
        long forwarded = verdicts.get("forwarded.kernel") + verdicts.get("forwarded.userspace");
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
            Map<String, Long> statistics = relay.statistics();
            long received = received();
            long lost = statistics.getOrDefault("lost.datagrams", 0L) + statistics.getOrDefault("dropped.queue_full", 0L);
            assertThat(received).as("received of %d forwarded, %s", forwarded, statistics).isBetween(forwarded - lost, forwarded);
        });
        assertThat(verdicts.get("dropped.kernel")).as("policies have dropped something").isPositive();
        checkPeers();
    }

    private void checkPeers() {
        assertThat(relay.statistics()).containsEntry("protocol_violations", 0L).containsEntry("tag_failures", 0L);
        for (SubscriberPeer subscriber : subscribers) {
            assertThat(subscriber.violation()).isNull();
            assertThat(subscriber.rejectedPackets()).isZero();
            assertThat(subscriber.finish().duplicates()).isZero();
        }
    }
}
