// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The reference of the commands is what their `--help` says.
class CliReferenceIT {
    @ParameterizedTest
    @ValueSource(strings = {"demo", "serve", "publish", "subscribe", "bench path", "bench policy", "soak", "policy list", "policy load", "policy apply",
            "policy remove", "policy stats", "policy log", "subscriber list", "class list", "class set"})
    void documentsEveryOption(String command) throws Exception {
        String[] words = (command + " --help").split(" ");
        CommandResult help = Launcher.run(words);
        Path reference = Path.of(Launcher.script()).getParent().resolve("docs/reference/cli.md");
        String section = "## `./weir " + command + "`\n\n```\n" + help.output() + "```\n";
        assertThat(Files.readString(reference)).contains(section);
    }
}
