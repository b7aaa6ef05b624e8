// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairer.Direction;
import dev.weir.testkit.impair.Impairment;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The way between one peer of a soak and the relay: it loses, doubles and damages that peer's packets and nobody else's, and may lead
/// through a proxy that changes their order. In DATAGRAM mode only packets with media suffer, so that each that is lost is one object.
final class SoakLink implements AutoCloseable {
    /// No DATAGRAM with an object of a soak is shorter, and nothing else is longer.
    private static final int MEDIA_BYTES = 600;
    private static final Duration FOR_EVER = Duration.ofDays(1);
    private static final Impairment DEAD = Impairment.none(0).withBlackhole(FOR_EVER, FOR_EVER);

    private final Host host;
    private final Direction direction;
    private final int minimum;
    private final @Nullable DelayProxy proxy;
    private final List<ImpairmentCounts> earlier = new ArrayList<>();
    private final List<Impairer> others = new ArrayList<>();
    private Impairment impairment;
    private @Nullable Impairer media;
    private int port;

    /// @param direction of media, seen from the host
    /// @param isDetour whether packets pass through a proxy
    SoakLink(Host host, DeliveryMode mode, Direction direction, boolean isDetour, Impairment impairment) {
        this.host = host;
        this.direction = direction;
        this.impairment = impairment;
        minimum = mode == DeliveryMode.DATAGRAM ? MEDIA_BYTES : 0;
        proxy = isDetour ? DelayProxy.on(host, RelayProcess.PORT, Delay.of(impairment.seed(), Duration.ZERO)) : null;
    }

    Host host() {
        return host;
    }

    /// What the peer takes for the relay.
    InetSocketAddress relay() {
        return proxy == null ? new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT) : proxy.address();
    }

    /// A peer has connected: from now on, it is its link.
    void carry(InetSocketAddress peer) {
        forget();
        port = proxy == null ? peer.getPort() : proxy.portTowardsRelay(peer.getPort());
        media = Impairer.on(host.namespace(), Topology.HOST_INTERFACE, direction, impairment.only(port, true, minimum));
    }

    private void forget() {
        if (media != null) {
            earlier.add(media.counts());
            media.close();
            media = null;
        }
    }

    /// The peer's address, as the relay sees it and writes it.
    String seenByRelay() {
        return host.ipv4().getHostAddress() + " port " + port;
    }

    void change(Impairment next, Delay delay) {
        impairment = next;
        if (media != null) {
            media.change(next.only(port, true, minimum));
        }
        if (proxy != null) {
            proxy.change(delay);
        }
    }

    /// Goes dead in both directions, until [#revive].
    void goDead() {
        if (media == null) {
            return;
        }
        media.change(DEAD.only(port, true, minimum));
        // What it lets go on because it is small, these take. They begin behind it and end before it, lest they take media.
        for (Direction each : Direction.values()) {
            others.add(Impairer.on(host.namespace(), Topology.HOST_INTERFACE, each, DEAD.only(port, false, 0)));
        }
    }

    void revive() {
        others.forEach(Impairer::close);
        others.clear();
        if (media != null) {
            media.change(impairment.only(port, true, minimum));
        }
    }

    /// What became of packets with media; of all packets with a short header in STREAM mode.
    long count(ToLongFunction<ImpairmentCounts> figure) {
        long now = media == null ? 0 : figure.applyAsLong(media.counts());
        return now + earlier.stream().mapToLong(figure).sum();
    }

    /// Packets that did not come, or not as they were sent.
    long spoilt() {
        return count(ImpairmentCounts::gone) + count(ImpairmentCounts::corrupted);
    }

    /// What became of packets with media, a clause.
    String journey() {
        return "%d packets with media came to its link, of which %d were lost, %d damaged, %d doubled, and some of %d overtaken".formatted(
                count(ImpairmentCounts::seen), count(ImpairmentCounts::gone), count(ImpairmentCounts::corrupted),
                count(ImpairmentCounts::duplicated), overtaken());
    }

    long overtaken() {
        return proxy == null ? 0 : proxy.overtaken();
    }

    /// Keeps its counts.
    @Override
    public void close() {
        others.forEach(Impairer::close);
        others.clear();
        forget();
        if (proxy != null) {
            proxy.close();
        }
    }
}
