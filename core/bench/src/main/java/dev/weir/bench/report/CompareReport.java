// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/// Everything that `compare run` measured: the content of its `--json` file, which `compare show` reads.
///
/// @param command the options, as they were given
/// @param machine kernel and processors
/// @param began when, ISO 8601
/// @param planned runs in all; more than `runs` if it was interrupted
/// @param runs finished and failed ones, in the order in which they ran
public record CompareReport(String command, String machine, String began, int planned, List<CompareRun> runs) {
    /// Copies the list.
    public CompareReport {
        runs = List.copyOf(runs);
    }

    /// @return by combination, its repetitions that were measured; combinations in the order of their first run, failed ones too
    public Map<CompareCell, List<RunReport>> byCell() {
        return runs.stream().collect(Collectors.groupingBy(CompareRun::cell, LinkedHashMap::new, Collectors.flatMapping(
                run -> Stream.ofNullable(run.run()), Collectors.toList())));
    }

    /// @param file where to
    /// @throws BenchException if the file cannot be written
    public void writeTo(Path file) {
        ReportJson.write(this, file);
    }

    /// @param file what [#writeTo] wrote
    /// @return the report
    /// @throws BenchException if it cannot be read, or is something else
    public static CompareReport read(Path file) {
        try {
            return of(Files.readString(file));
        } catch (IOException | JacksonException | NullPointerException e) {
            throw new BenchException("Cannot read a comparison from " + file + " (" + e.getMessage()
                    + "); name a file that 'compare run --json' wrote.", e);
        }
    }

    /// @return the report as JSON
    public String toJson() {
        return ReportJson.MAPPER.writeValueAsString(this);
    }

    /// @param json what [#toJson] gave
    /// @return the report
    public static CompareReport of(String json) {
        return ReportJson.MAPPER.readValue(json, CompareReport.class);
    }
}
