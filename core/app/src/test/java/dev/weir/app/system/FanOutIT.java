// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the demo shows, in less time: the subscribers are quiche, which nobody here wrote.
@RequiresRoot
@RequiresBpf
class FanOutIT {
    @TempDir
    Path directory;

    @Test
    void aVideoReachesEightSubscribersThroughTheKernelInBothModes() {
        DemoReport report = DemoReport.of(directory.resolve("video.json"), "--path", "kernel", "--seconds", "4");

        assertThat(report.runs()).extracting(run -> run.path("mode").asString()).containsExactly("stream", "datagram");
        report.assertComplete(8);
        report.assertMadeByKernel();
    }

    @Test
    void checksummedObjectsReachManySubscribersThroughTheKernelInBothModes() {
        DemoReport report = DemoReport.of(directory.resolve("objects.json"),
                "--path", "kernel", "--seconds", "4", "--subscribers", "32", "--rate", "200", "--size", "1200");

        report.assertComplete(32);
        report.assertMadeByKernel();
    }
}
