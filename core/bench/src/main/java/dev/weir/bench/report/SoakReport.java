// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a soak found.
///
/// @param seconds how long faults were made
/// @param seed of their schedule
/// @param facts what happened, by name
/// @param faults what must be zero, by name
/// @param details the first faults, with where they were
public record SoakReport(int seconds, long seed, Map<String, Long> facts, Map<String, Long> faults, List<String> details) {
    /// Copies the collections.
    public SoakReport {
        facts = new LinkedHashMap<>(facts);
        faults = new LinkedHashMap<>(faults);
        details = List.copyOf(details);
    }

    /// @param file gets the report, JSON
    /// @throws dev.weir.bench.BenchException if it cannot be written
    public void writeTo(Path file) {
        ReportJson.write(this, file);
    }
}
