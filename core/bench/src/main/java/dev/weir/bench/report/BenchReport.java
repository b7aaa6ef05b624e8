// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Everything that a command measured: the content of `--json` files. The names in the JSON are the components' names in
/// snake case; they are stable, more may be added.
///
/// @param runs one per delivery mode, path and number of subscribers
public record BenchReport(List<RunReport> runs) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /// Copies the list.
    public BenchReport {
        runs = List.copyOf(runs);
    }

    /// @return the report as JSON
    public String toJson() {
        return MAPPER.writeValueAsString(this);
    }

    /// @param json what [#toJson] gave
    /// @return the report
    public static BenchReport ofJson(String json) {
        return MAPPER.readValue(json, BenchReport.class);
    }

    /// Writes the report.
    ///
    /// @param file where to
    /// @throws BenchException if the file cannot be written
    public void writeTo(Path file) {
        requireWritable(file);
        try {
            Files.writeString(file, toJson() + "\n");
        } catch (IOException e) {
            throw notWritable(file, e);
        }
    }

    /// To be called before a run, which would be for nothing if its report cannot be written.
    ///
    /// @param file where the report is to be written
    /// @throws BenchException if it cannot be
    public static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        boolean writable = Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
        if (!writable) {
            throw notWritable(file, new IOException("not writable"));
        }
    }

    private static BenchException notWritable(Path file, IOException cause) {
        return new BenchException("Cannot write the report to " + file + " (" + cause.getMessage()
                + "); name a file in an existing folder that you may write to.", cause);
    }
}
