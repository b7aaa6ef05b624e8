// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// docker-compose.yml, brought up in containers from the distribution of this build.
@RequiresRoot
@RequiresBpf
class ComposeIT {
    /// Packages and a base image are fetched over the network.
    private static final Duration LIMIT = Duration.ofMinutes(15);

    @Test
    void bothSubscribersGetTheWholeVideoFromTheKernelAndPrometheusSeesIt() {
        Path script = Path.of(System.getProperty("weir.launcher")).resolveSibling(".ci/compose-test");

        CommandResult result =
                CommandResult.run(LIMIT, List.of("env", "-u", "XDG_RUNTIME_DIR", "JAVA_HOME=" + System.getProperty("java.home"), script.toString()));

        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.output())
                .containsPattern("subscriber-1: \\d+ objects, SHA-256 as published")
                .containsPattern("subscriber-2: \\d+ objects, SHA-256 as published")
                .containsPattern("relay: [1-9]\\d* copies by the kernel")
                .containsPattern("Prometheus: weir_copies_total is [1-9]");
    }
}
