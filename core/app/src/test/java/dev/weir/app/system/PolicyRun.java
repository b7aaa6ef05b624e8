// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.system.PolicyTrack.Item;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PathMode;
import dev.weir.engine.Policies;
import dev.weir.engine.RelayOptions;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.Verdict;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// A relay with one policy on each of some tracks, a publisher of all of them and a subscriber to all of them.
final class PolicyRun implements AutoCloseable {
    private static final int PORT = 4433;

    final RelayServer relay;
    private final Topology topology;
    private final PathMode path;
    private final List<PolicyTrack> tracks;
    private final List<InstalledPolicy> installed = new ArrayList<>();
    private final List<KwikPeer> peers = new ArrayList<>();

    /// Starts the relay and puts the policies in force.
    PolicyRun(Topology topology, PathMode path, List<PolicyTrack> tracks) throws Exception {
        this.topology = topology;
        this.path = path;
        this.tracks = tracks;
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        relay = topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                new InetSocketAddress(PORT),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                path)));
        var bindings = new ArrayList<Policies.Binding>();
        for (PolicyTrack track : tracks) {
            InstalledPolicy policy = relay.policies().install(track.name(), track.policy());
            installed.add(policy);
            bindings.add(new Policies.Binding(policy, track.track().toString()::equals, Set.of()));
        }
        relay.policies().assign(bindings);
    }

    List<InstalledPolicy> installed() {
        return installed;
    }

    Policies.Account account(int track) {
        return relay.policies().account(installed.get(track));
    }

    private static long alias(int track) {
        return 500 + track;
    }

    private KwikPeer peer(Host host) throws Exception {
        KwikPeer peer = host.namespace().call(() -> new KwikPeer(
                host.relayIpv4().getHostAddress(), PORT, CipherSuite.TLS_CHACHA20_POLY1305_SHA256, RelayServer.ALPN));
        peers.add(peer);
        return peer;
    }

    /// Publishes the items of all tracks, track by track.
    ///
    /// @return the subscriber
    KwikPeer publish() throws Exception {
        KwikPeer publisher = peer(topology.publisher());
        var announced = publisher.request(new PublishNamespace(0, TrackNamespace.of(PolicyTrack.NAMESPACE), Parameters.EMPTY));
        assertThat(announced.answer()).isInstanceOf(RequestOk.class);
        KwikPeer subscriber = peer(topology.subscribers().getFirst());
        for (int i = 0; i < tracks.size(); i++) {
            var request = subscriber.request(new Subscribe(2 * i, tracks.get(i).track(), Parameters.EMPTY));
            publisher.nextIncoming().send(new SubscribeOk(alias(i), Parameters.EMPTY, TrackProperties.EMPTY));
            assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        }
        await().until(() -> relay.statistics().get("subscriptions.active") == tracks.size()
                && relay.statistics().get("lane_lists.stale") == 0);
        for (int i = 0; i < tracks.size(); i++) {
            publish(publisher, i);
        }
        return subscriber;
    }

    /// Each item when there is a verdict about the one before it: order matters to some policies.
    private void publish(KwikPeer publisher, int number) throws Exception {
        PolicyTrack track = tracks.get(number);
        long expected = 0;
        for (Item item : track.items()) {
            byte[] bytes = track.bytes(item, alias(number));
            if (track.isStream()) {
                publisher.sendStream(bytes);
            } else {
                publisher.sendDatagramOnce(bytes);
            }
            long count = ++expected;
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> verdicts(account(number)) == count);
        }
    }

    private static long verdicts(Policies.Account account) {
        return account.forwardedByKernel() + account.forwardedByUserSpace()
                + sum(account.droppedByKernel()) + sum(account.droppedByUserSpace());
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// The verdicts were those of the hooks in Java, fell on the relay's path, and what was forwarded arrived.
    void check(KwikPeer subscriber) {
        for (int i = 0; i < tracks.size(); i++) {
            check(subscriber, tracks.get(i), i);
        }
        Books.assertBalanced(relay::audit);
    }

    private void check(KwikPeer subscriber, PolicyTrack track, int number) {
        List<Verdict> verdicts = track.verdicts(alias(number));
        var forwarded = new ArrayList<String>();
        var dropped = new HashMap<String, Long>();
        for (int i = 0; i < verdicts.size(); i++) {
            if (verdicts.get(i) instanceof Verdict.Drop drop) {
                dropped.merge(drop.reason(), 1L, Long::sum);
            } else {
                forwarded.add(Arrays.toString(track.bytes(track.items().get(i), alias(number))));
            }
        }
        Policies.Account account = account(number);
        boolean inKernel = path == PathMode.KERNEL;
        assertThat(inKernel ? account.droppedByKernel() : account.droppedByUserSpace()).as(track.name()).isEqualTo(dropped);
        assertThat(inKernel ? account.forwardedByKernel() : account.forwardedByUserSpace())
                .as(track.name())
                .isEqualTo(forwarded.size());
        await().untilAsserted(() -> assertThat(received(subscriber, track, alias(number)))
                .as(track.name())
                .containsExactlyInAnyOrderElementsOf(forwarded));
    }

    /// What the subscriber has of a track: that is, of what could have come of it.
    private static List<String> received(KwikPeer subscriber, PolicyTrack track, long alias) {
        List<String> possible = track.items().stream().map(item -> Arrays.toString(track.bytes(item, alias))).toList();
        var all = track.isStream() ? subscriber.streams.values() : subscriber.datagrams;
        return all.stream().map(Arrays::toString).filter(possible::contains).toList();
    }

    @Override
    public void close() {
        peers.forEach(KwikPeer::close);
        relay.close();
    }
}
