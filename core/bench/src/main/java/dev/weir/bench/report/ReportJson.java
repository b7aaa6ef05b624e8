// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Records to JSON: the names are the components' names in snake case.
final class ReportJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private ReportJson() {}

    static void write(Object report, Path file) {
        try {
            Files.writeString(file, MAPPER.writeValueAsString(report) + "\n");
        } catch (IOException e) {
            throw notWritable(file, e);
        }
    }

    static BenchException notWritable(Path file, IOException cause) {
        return new BenchException("Cannot write the report to " + file + " (" + cause.getMessage()
                + "); name a file in an existing folder that you may write to.", cause);
    }
}
