// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.health;

import dev.weir.engine.view.RelayView;
import dev.weir.quic.kwik.RelayServer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether the relay takes connections: UP, or OUT_OF_SERVICE while it is drained. It does not depend on the kernel.
public final class RelayHealth implements HealthIndicator {
    private final RelayServer relay;

    /// @param relay the relay
    public RelayHealth(RelayServer relay) {
        this.relay = relay;
    }

    @Override
    public Health health() {
        RelayView view = relay.views().relay();
        Health.Builder health = view.isDraining()
                ? Health.outOfService().withDetail("reason", "The relay is being drained: it takes no new requests.")
                : Health.up();
        return health.withDetail("path", view.path())
                .withDetail("connections", view.connections())
                .withDetail("tracks", view.tracks())
                .build();
    }
}
