// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whoever begins at the index or the README finds every page, and no link leads nowhere.
class DocumentationTests {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    /// Where a map is made, not where the macro is defined.
    private static final Pattern MAP = Pattern.compile("(?m)^WEIR_(?:SHARED_ARRAY|HASH)\\((\\w+),");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)\\s]*)?\\)");

    @Test
    void linksLeadSomewhere() throws IOException {
        for (Path page : pages()) {
            assertThat(links(page)).as(ROOT.relativize(page).toString()).allSatisfy(link -> assertThat(link).exists());
        }
    }

    @Test
    void everyPageCanBeFoundFromTheIndex() throws IOException {
        assertThat(reached(ROOT.resolve("docs/index.md"))).containsAll(pages());
        assertThat(links(ROOT.resolve("README.md"))).contains(ROOT.resolve("docs/index.md"));
    }

    @Test
    void everyMapOfTheDataPlaneIsDescribed() throws IOException {
        String described = Files.readString(ROOT.resolve("docs/reference/maps.md"));

        assertThat(MAP.matcher(Files.readString(ROOT.resolve("bpf/src/main/bpf/include/weir/maps.h"))).results())
                .hasSizeGreaterThan(10)
                .allSatisfy(map -> assertThat(described).contains("`" + map.group(1) + "`"));
    }

    private static Set<Path> reached(Path from) throws IOException {
        var reached = new TreeSet<Path>();
        var open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            Path page = open.pop();
            if (page.toString().endsWith(".md") && reached.add(page)) {
                open.addAll(links(page));
            }
        }
        return reached;
    }

    private static Set<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            var pages = new TreeSet<>(files.filter(file -> file.toString().endsWith(".md")).toList());
            pages.add(ROOT.resolve("README.md"));
            return pages;
        }
    }

    private static Set<Path> links(Path page) throws IOException {
        var links = new TreeSet<Path>();
        LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)).filter(link -> !link.contains(":"))
                .forEach(link -> links.add(page.resolveSibling(link).normalize()));
        return links;
    }
}
