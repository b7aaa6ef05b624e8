// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.awaitility.Awaitility.await;

import dev.weir.app.AppProperties;
import dev.weir.app.control.ControlServer;
import dev.weir.app.control.PolicyEndpoints;
import dev.weir.app.control.RelayEndpoints;
import dev.weir.app.control.StatsEndpoints;
import dev.weir.app.control.TraceEndpoints;
import dev.weir.app.relay.RelayEnd;
import dev.weir.app.relay.RelayPolicies;
import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.PolicyService;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A relay with the data plane and a control socket, a publisher that goes on and on, and subscribers, all in this process and in
/// network namespaces of their own.
final class RelayUnderTraffic implements AutoCloseable {
    static final FullTrackName TRACK = FullTrackName.of("shell/under", "load");
    private static final int PORT = 4433;
    private static final int SIZE = 200;

    final List<SubscriberPeer> subscribers = new ArrayList<>();
    final CountDownLatch ended = new CountDownLatch(1);
    private final DevelopmentCertificate certificate = DevelopmentCertificate.create();
    private final Trust trust = new Trust.Pinned(List.of(certificate.certificate()));
    private final PeerLoop loop = new PeerLoop("subscribers");
    private final PeerLoop publisherLoop = new PeerLoop("publisher");
    private final RunningSource source;
    private final Topology topology;
    private final RelayServer relay;
    private final PolicyService policies;
    private final RelayEnd end;
    private final TraceEndpoints traces;
    private final ControlServer control;
    private final PublisherPeer publisher;
    private final CompletableFuture<PublishedTrack> publishing;

    /// @param socket for the control socket
    /// @param rate objects per second
    RelayUnderTraffic(AppProperties properties, Path socket, DeliveryMode mode, int lanes, int rate) throws Exception {
        topology = Topology.create("wt5-shell", 2);
        relay = topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                        new InetSocketAddress(PORT), certificate.keyStore(), DevelopmentCertificate.ALIAS, certificate.password(),
                        PathMode.KERNEL)
                .withClasses(RelayPolicies.classes(properties))));
        policies = RelayPolicies.start(relay.policies(), properties, socket.resolveSibling("plugins"));
        end = new RelayEnd(relay, ended::countDown);
        traces = new TraceEndpoints(relay.tracing());
        var commands = new HashMap<>(PolicyEndpoints.of(policies));
        commands.putAll(RelayEndpoints.of(relay, policies, end));
        commands.putAll(StatsEndpoints.of(relay));
        commands.putAll(traces.commands());
        control = ControlServer.start(socket, commands);
        Host host = topology.publisher();
        publisher = host.namespace().call(() -> PublisherPeer.connect(publisherLoop, optionsOf(host), TRACK, mode));
        source = new RunningSource(rate, SIZE, 0);
        publisher.announce(source.content(), false);
        for (int i = 0; i < lanes; i++) {
            subscribe(topology.subscribers().get(i % 2));
        }
        await().until(() -> relay.statistics().get("subscriptions.active") == lanes && relay.statistics().get("lane_lists.stale") == 0);
        publishing = CompletableFuture.supplyAsync(() -> publisher.publish(source));
        await().until(() -> publisher.sentObjects() > rate / 4);
    }

    private void subscribe(Host host) throws Exception {
        var request = new SubscriberPeer.Request(TRACK, null, null, null, 0);
        SubscriberPeer peer = host.namespace().call(() -> SubscriberPeer.connect(loop, optionsOf(host), request));
        subscribers.add(peer);
        peer.subscribe();
    }

    private PeerOptions optionsOf(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), PORT), trust);
    }

    RelayServer relay() {
        return relay;
    }

    long published() {
        return publisher.sentObjects();
    }

    /// Ends the traffic.
    PublishedTrack stopPublishing() throws Exception {
        source.stop();
        return publishing.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        source.stop();
        subscribers.forEach(SubscriberPeer::close);
        publisher.close();
        control.close();
        traces.close();
        end.close();
        policies.close();
        relay.close();
        loop.close();
        publisherLoop.close();
        topology.close();
    }
}
