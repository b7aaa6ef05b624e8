// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairer.Direction;
import dev.weir.testkit.impair.Impairment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The way between one peer and the relay, which can be made unkind: for packets with media, and, if it goes dead, for all.
final class Link implements AutoCloseable {
    /// No DATAGRAM with an object of these tests is shorter, and nothing else is longer.
    private static final int MEDIA_BYTES = 600;
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final Host host;
    private final int port;
    private final DeliveryMode mode;
    private final List<Impairer> others = new ArrayList<>();
    private @Nullable Impairer media;

    /// @param port of the peer
    Link(Host host, int port, DeliveryMode mode) {
        this.host = host;
        this.port = port;
        this.mode = mode;
    }

    /// Becomes unkind in one direction. In DATAGRAM mode, only packets with media suffer, so that each that is lost is one object.
    Impairer impair(Direction direction, Impairment impairment) {
        Impairer impairer = Impairer.on(host.namespace(), Topology.HOST_INTERFACE, direction,
                impairment.only(port, true, mode == DeliveryMode.DATAGRAM ? MEDIA_BYTES : 0));
        media = impairer;
        return impairer;
    }

    /// Goes dead in both directions, until [#revive].
    ///
    /// @param direction in which media flow
    /// @return counts the packets with media that were lost
    Impairer goDead(Direction direction) {
        Impairment dead = Impairment.none(0).withBlackhole(FOR_EVER, FOR_EVER);
        Impairer counting = impair(direction, dead);
        // What it lets go on because it is small, these take. They begin behind it and end before it, lest they take media.
        for (Direction each : Direction.values()) {
            others.add(Impairer.on(host.namespace(), Topology.HOST_INTERFACE, each, dead.only(port, false, 0)));
        }
        return counting;
    }

    /// Ends [#goDead].
    void revive() {
        others.forEach(Impairer::close);
        others.clear();
        Objects.requireNonNull(media).change(Impairment.none(0));
    }

    /// Becomes kind again.
    @Override
    public void close() {
        others.forEach(Impairer::close);
        if (media != null) {
            media.close();
            media = null;
        }
    }
}
