// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Everything that a command measured: the content of `--json` files. The names in the JSON are the components' names in
/// snake case; they are stable, more may be added.
///
/// @param runs one per delivery mode, path and number of subscribers
public record BenchReport(List<RunReport> runs) {
    /// Copies the list.
    public BenchReport {
        runs = List.copyOf(runs);
    }

    /// @return the report as JSON
    public String toJson() {
        return ReportJson.MAPPER.writeValueAsString(this);
    }

    /// @param json what [#toJson] gave
    /// @return the report
    public static BenchReport ofJson(String json) {
        return ReportJson.MAPPER.readValue(json, BenchReport.class);
    }

    /// Writes the report.
    ///
    /// @param file where to
    /// @throws dev.weir.bench.BenchException if the file cannot be written
    public void writeTo(Path file) {
        ReportJson.write(this, file);
    }

    /// To be called before a run, which would be for nothing if its report cannot be written.
    ///
    /// @param file where the report is to be written
    /// @throws dev.weir.bench.BenchException if it cannot be
    public static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        boolean writable = Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
        if (!writable) {
            throw ReportJson.notWritable(file, new IOException("not writable"));
        }
    }
}
