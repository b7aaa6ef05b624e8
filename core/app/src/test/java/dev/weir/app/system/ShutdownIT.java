// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A relay that is asked to end under traffic.
@RequiresRoot
@RequiresBpf
class ShutdownIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Topology topology;
    private Host subscriberHost;
    private Statistics statistics;
    private Path control;
    private WeirProcess relay;
    private WeirProcess publisher;
    private WeirProcess subscriber;

    @BeforeEach
    void startMedia() throws IOException {
        topology = Topology.create("wt5-stop", 1);
        subscriberHost = topology.subscribers().getFirst();
        statistics = new Statistics(directory.resolve("stats.json"));
        control = directory.resolve("control.sock");
        relay = WeirProcess.serve(topology.relay(), "--path", "kernel", "--control", control.toString(), "--stats",
                statistics.file().toString());
        publisher = WeirProcess.start(topology.publisher().namespace(), "publish", "--relay", "10.77.0.1:4433", "--insecure",
                "--mode", "datagram", "--rate", "200", "--size", "1000", "--seconds", "120");
        await().atMost(PATIENCE).until(() -> statistics.get("connections") == 1);
        subscriber = WeirProcess.start(subscriberHost.namespace(), "subscribe", "--relay", "10.77.1.1:4433", "--insecure",
                "--seconds", "120");
        await().atMost(PATIENCE).until(() -> statistics.get("copies.kernel") > 100);
    }

    @AfterEach
    void stopEverything() {
        for (WeirProcess process : new WeirProcess[] {subscriber, publisher, relay}) {
            if (process != null) {
                process.close();
            }
        }
        topology.close();
    }

    @Test
    void sigtermEndsTheRelayInGoodOrder() throws Exception {
        Books.assertBalanced(control);
        relay.signal("TERM");

        assertThat(relay.exitCode()).isZero();
        assertThat(subscriber.exitCode()).as("%s", subscriber).isZero();
    }
}
