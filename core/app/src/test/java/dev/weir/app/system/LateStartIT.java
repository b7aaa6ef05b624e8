// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Subscribers that are there before their publisher, with the certificate that the relay has made: how containers start.
@RequiresRoot
class LateStartIT {
    private static final String RELAY = "127.0.0.1:4433";

    @TempDir
    Path folder;

    @Test
    void subscribersWaitForThePublisherAndPinTheCertificateThatTheRelayWrote() throws Exception {
        String certificate = folder.resolve("relay.pem").toString();
        Path control = folder.resolve("control.sock");
        try (var machine = NetworkNamespace.create("wt9-late");
                WeirProcess _ = WeirProcess.serve(machine, "--path", "userspace", "--control", control.toString(), "--write-certificate",
                        certificate);
                WeirProcess first = subscribe(machine, certificate, "first");
                WeirProcess second = subscribe(machine, certificate, "second");
                WeirProcess publisher = WeirProcess.start(machine, "publish", "--relay", RELAY, "--certificate", certificate,
                        "--rate", "50", "--seconds", "2", "--settle", "2")) {
            String published = publisher.awaitLine("Published ");

            assertThat(publisher.exitCode()).isZero();
            for (WeirProcess subscriber : List.of(first, second)) {
                assertThat(subscriber.exitCode()).as("%s", subscriber).isZero();
            }
            assertThat(published).contains("100 objects").contains(sha256("first")).contains(sha256("second"));
            Books.assertBalanced(control);
        }
    }

    private WeirProcess subscribe(NetworkNamespace machine, String certificate, String name) throws Exception {
        return WeirProcess.start(machine, "subscribe", "--relay", RELAY, "--certificate", certificate, "--wait", "60",
                "--json", json(name).toString());
    }

    private Path json(String name) {
        return folder.resolve(name + ".json");
    }

    private String sha256(String name) throws Exception {
        await().until(() -> Files.size(json(name)) > 0);
        return new JsonMapper().readTree(json(name).toFile()).path("subscribers").path(0).path("sha256").asString();
    }

    @Test
    void twoCertificatesAtOnceAreAMistake() {
        CommandResult both = Launcher.run("serve", "--certificate", "a.pem", "--key", "a.key", "--write-certificate", "b.pem");

        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.errors()).contains("--write-certificate is for the certificate that the relay makes itself").contains("a.pem");
    }
}
