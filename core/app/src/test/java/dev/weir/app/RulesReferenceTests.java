// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every rule has a test: those that the documentation and the mutations name exist.
class RulesReferenceTests {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path RULES = ROOT.resolve("docs/design/rules.md");
    private static final Path MUTATIONS = ROOT.resolve("core/testkit/src/mutations/rules.txt");
    private static final int RULES_OF_THE_DESIGN = 11;
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Tests|IT|Scenarios))(?:#(\\w+))?`");

    /// Sources of test classes; two may have the same name.
    private static final Map<String, String> SOURCES = new HashMap<>();

    @BeforeAll
    static void readTests() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("core"))) {
            files.filter(file -> file.toString().contains("src/test/java") && file.toString().endsWith(".java")).forEach(file ->
                    SOURCES.merge(file.getFileName().toString().replace(".java", ""), read(file), String::concat));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertExists(String type, String method) {
        assertThat(SOURCES).containsKey(type);
        if (method != null) {
            assertThat(SOURCES.get(type)).as("%s#%s", type, method).containsPattern("(?s)@(Test|ParameterizedTest)\\b.*\\bvoid " + method + "\\(");
        }
    }

    @Test
    void everyRuleNamesTestsThatExist() {
        List<String> rows = read(RULES).lines().filter(line -> line.startsWith("| ") && !line.startsWith("| rule") && !line.startsWith("| open")).toList();
        for (int rule = 1; rule <= RULES_OF_THE_DESIGN; rule++) {
            String beginning = "| " + rule + ". ";
            assertThat(rows).as("rule %d", rule).anyMatch(row -> row.startsWith(beginning));
        }
        assertThat(rows).allSatisfy(row -> {
            assertThat(row).containsPattern(TEST);
            TEST.matcher(row).results().forEach(test -> assertExists(test.group(1), test.group(2)));
        });
    }

    @Test
    void everyRuleHasASpoiltLineThatAnExistingTestMustFind() {
        List<String[]> rows = read(MUTATIONS).lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" => ")).toList();
        assertThat(rows).extracting(row -> Integer.parseInt(row[0])).contains(Stream.iterate(1, i -> i + 1).limit(RULES_OF_THE_DESIGN).toArray(Integer[]::new));
        assertThat(rows).allSatisfy(row -> {
            assertThat(read(ROOT.resolve(row[2]))).as("what is to be spoilt in %s", row[2]).containsOnlyOnce(row[3].replace("\\n", "\n"));
            String[] test = row[5].split("#");
            assertExists(test[0], test.length > 1 ? test[1] : null);
        });
    }
}
