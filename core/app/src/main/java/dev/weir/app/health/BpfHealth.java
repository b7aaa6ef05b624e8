// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.health;

import dev.weir.engine.view.RelayView;
import dev.weir.quic.kwik.RelayServer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether the kernel makes copies: UP; DOWN with the reason where it should and does not; UNKNOWN where nobody wants it to.
public final class BpfHealth implements HealthIndicator {
    private static final double NANOS_PER_MILLI = 1e6;

    private final RelayServer relay;

    /// @param relay the relay
    public BpfHealth(RelayServer relay) {
        this.relay = relay;
    }

    @Override
    public Health health() {
        if (!relay.kernelPath()) {
            return relay.kernelProblem().isEmpty()
                    ? Health.unknown().withDetail("reason", "The relay was started with --path userspace.").build()
                    : Health.down().withDetail("reason", relay.kernelProblem()).build();
        }
        RelayView view = relay.views().relay();
        Health.Builder health = view.leaseLeftNanos() > 0
                ? Health.up()
                : Health.down().withDetail("reason", "The lease has run out: user space has been standing still for more than "
                        + Math.round(view.leaseNanos() / NANOS_PER_MILLI) + " ms, and the kernel copies nothing until it goes on;"
                        + " look for a lack of CPU time or memory, or give --lease more.");
        return health.withDetail("leaseMillis", Math.round(view.leaseNanos() / NANOS_PER_MILLI))
                .withDetail("leaseLeftMillis", Math.round(view.leaseLeftNanos() / NANOS_PER_MILLI))
                .withDetail("lanes", view.lanes())
                .withDetail("laneSlots", view.laneSlots())
                .build();
    }
}
