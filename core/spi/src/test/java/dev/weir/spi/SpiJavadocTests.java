// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whoever writes a policy finds the same four paragraphs at every type, and one worked example in the package.
class SpiJavadocTests {
    private static final Path SOURCES = Path.of("src/main/java/dev/weir/spi");
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "((?:^///[^\n]*\n)+)(?:^@[^\n]*\n)*^public (?:sealed |final )*(?:interface|enum|class|record) ", Pattern.MULTILINE);

    static Stream<Path> publicTypes() throws IOException {
        return Files.walk(SOURCES).filter(file -> file.toString().endsWith(".java")).filter(SpiJavadocTests::isPublic);
    }

    private static boolean isPublic(Path file) {
        return Pattern.compile("^public ", Pattern.MULTILINE).matcher(read(file)).find();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("publicTypes")
    void everyTypeSaysThreadLifetimeFailureAndUnits(Path file) {
        var type = PUBLIC_TYPE.matcher(read(file));
        assertThat(type.find()).as("%s has Javadoc before its public type", file).isTrue();

        assertThat(type.group(1)).contains("/// **Thread.** ", "/// **Lifetime.** ", "/// **Failure.** ", "/// **Units and ranges.** ");
    }

    @Test
    void thePackageHasAWorkedExample() throws IOException {
        assertThat(publicTypes()).hasSizeGreaterThan(15);
        assertThat(read(SOURCES.resolve("package-info.java"))).contains("/// ```java\n/// public final class", "/// ```\n");
    }
}
