// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/// A file under docs/reference that is made from the program. Tests compare it, or write it anew with `-Dweir.write-references=true`.
public final class Reference {
    private Reference() {}

    /// @param name of the file
    /// @param make the whole file as it should be, from the file as it is
    public static void check(String name, UnaryOperator<String> make) throws IOException {
        Path file = root().resolve("docs/reference").resolve(name);
        String present = Files.readString(file);
        String wanted = make.apply(present);
        if (Boolean.getBoolean("weir.write-references")) {
            Files.writeString(file, wanted);
        } else {
            assertThat(present)
                    .as("docs/reference/%s is not what the program says; './mvnw -pl core/app -am package -Dtest=CliReferenceTests,"
                            + "ConfigurationReferenceTests -Dsurefire.failIfNoSpecifiedTests=false -Dweir.write-references=true' writes it anew", name)
                    .isEqualTo(wanted);
        }
    }

    /// @return the folder of the sources
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/reference/config.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
