// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Health of a relay with the kernel path: up, out of service, and down because its lease does not hold.
@RequiresRoot
@RequiresBpf
class HealthIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private LocalRelay start(Topology topology, Duration lease) throws Exception {
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        return new LocalRelay(topology.relay().call(() -> RelayServer.start(RelayOptions.of(new InetSocketAddress(4433), certificate.keyStore(),
                DevelopmentCertificate.ALIAS, certificate.password(), PathMode.KERNEL).withLease(lease))), folder, Map.of());
    }

    private static JsonNode part(HttpResponse<String> health, String name) {
        return new JsonMapper().readTree(health.body()).path("components").path(name);
    }

    @Test
    void aDrainedRelayIsOutOfService() throws Exception {
        try (Topology topology = Topology.create("wt-health", 1);
                LocalRelay relay = start(topology, RelayOptions.DEFAULT_LEASE)) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> health = relay.get("actuator/health");
                assertThat(health.statusCode()).isEqualTo(200);
                assertThat(part(health, "bpf").path("status").asString()).isEqualTo("UP");
                assertThat(part(health, "bpf").path("details").path("leaseLeftMillis").asLong()).isPositive();
            });

            relay.relay().steering().drain();

            HttpResponse<String> health = relay.get("actuator/health");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(part(health, "relay").path("status").asString()).isEqualTo("OUT_OF_SERVICE");
            assertThat(part(health, "relay").path("details").path("reason").asString())
                    .isEqualTo("The relay is being drained: it takes no new requests.");
        }
    }

    @Test
    void aLeaseThatHasRunOutIsTold() throws Exception {
        // Shorter than the time between two renewals, so that it has run out most of the time.
        try (Topology topology = Topology.create("wt-health", 1);
                LocalRelay relay = start(topology, Duration.ofMillis(1))) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> health = relay.get("actuator/health");
                assertThat(health.statusCode()).isEqualTo(503);
                assertThat(part(health, "bpf").path("status").asString()).isEqualTo("DOWN");
                assertThat(part(health, "bpf").path("details").path("reason").asString())
                        .startsWith("The lease has run out: user space has been standing still for more than 1 ms").endsWith("give --lease more.");
            });
            // What a supervisor would restart the relay for is something else.
            assertThat(relay.get("actuator/health/live").statusCode()).isEqualTo(200);
        }
    }
}
