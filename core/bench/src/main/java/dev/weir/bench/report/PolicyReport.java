// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.nio.file.Path;
import java.util.List;

/// Everything that `bench policy` measured: the content of its `--json` file.
///
/// @param videoBitsPerSecond the video's own rate
/// @param rttMillis round-trip time of the subscriber's path without any queue; 0: that of the machine
/// @param queueMillis the longest that a packet waits before it
/// @param deadlineMillis a frame that came later did not count
/// @param runs one per narrow link, delivery mode, policy and repetition
/// @param decisions one per form of a policy; the first one is without any
/// @param problems where something was not as it should be, sentences
public record PolicyReport(
        long videoBitsPerSecond,
        int rttMillis,
        int queueMillis,
        int deadlineMillis,
        List<BottleneckReport> runs,
        List<DecisionReport> decisions,
        List<String> problems) {
    /// Copies the lists.
    public PolicyReport {
        runs = List.copyOf(runs);
        decisions = List.copyOf(decisions);
        problems = List.copyOf(problems);
    }

    /// @param file where to
    /// @throws dev.weir.bench.BenchException if the file cannot be written
    public void writeTo(Path file) {
        ReportJson.write(this, file);
    }
}
