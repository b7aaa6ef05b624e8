// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the kernel made is judged by a dissector that nobody here wrote. That it flags what is wrong is TsharkOracleIT's
/// business.
@RequiresRoot
@RequiresBpf
class TsharkIT {
    @TempDir
    Path directory;

    @Test
    void everySubscribersPacketsDecryptAndNoNumberComesTwice() throws Exception {
        Path captures = directory.resolve("captures");
        DemoReport report = DemoReport.of(directory.resolve("report.json"),
                "--path", "kernel", "--seconds", "2", "--subscribers", "3", "--pcap", captures.toString());
        report.assertMadeByKernel();

        assertThat(CaptureJudge.judge(captures)).as("one for each subscriber and mode").isEqualTo(6);
    }
}
