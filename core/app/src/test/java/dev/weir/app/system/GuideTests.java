// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the guide for policies shows is what the template has.
class GuideTests {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path GUIDE = ROOT.resolve("docs/guides/write-a-policy.md");

    @Test
    void snippetsAreThoseOfTheTemplate() throws IOException {
        List<String> sources = sources(ROOT.resolve("policy-examples/template/src"));

        assertThat(Guide.read(GUIDE).snippets())
                .hasSizeGreaterThan(1)
                .allSatisfy(snippet -> assertThat(sources).anyMatch(source -> source.contains(snippet)));
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        assertThat(Guide.read(GUIDE).links()).isNotEmpty().allSatisfy(link -> assertThat(GUIDE.resolveSibling(link)).exists());
    }

    private static List<String> sources(Path folder) throws IOException {
        var sources = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sources.add(Files.readString(file));
            }
        }
        return sources;
    }
}
