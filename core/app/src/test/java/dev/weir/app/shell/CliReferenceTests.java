// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.WeirApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;

/// The reference of the commands is what their `--help` says, for every command that there is.
class CliReferenceTests {
    private static final Path REFERENCE = Path.of("..", "..", "docs", "reference", "cli.md");

    @Test
    void documentsEveryCommand() throws IOException {
        String reference = Files.readString(REFERENCE);
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(WeirApplication.class).web(WebApplicationType.NONE).run("--version")) {
            var commands = context.getBean(CommandRegistry.class).getCommands().stream()
                    .filter(command -> !command.getName().equals("quit")) // Spring Shell's own
                    .toList();
            assertThat(commands).extracting(Command::getName).contains("serve", "shell", "top", "subscriber class set");
            assertThat(commands).allSatisfy(command -> assertThat(reference)
                    .contains("## `./weir " + command.getName() + "`\n\n```\n" + CommandHelp.of(command) + "```\n"));
        }
    }
}
