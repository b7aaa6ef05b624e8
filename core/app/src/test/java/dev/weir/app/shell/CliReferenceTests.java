// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.Reference;
import dev.weir.app.WeirApplication;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;

/// docs/reference/cli.md is what `--help` says of every command that there is, and of no other.
class CliReferenceTests {
    private static final String INTRODUCTION = """
            # Commands

            Made from `--help` of each command; a test compares. Exit codes: 0 done, 1 failed (a sentence on stderr says why), 2 wrong usage.
            Required options may be written without their names, in the order in which they are listed: `./weir policy apply priority-threshold 'live/**'`.
            `--help` behind the first word alone, as in `./weir track --help`, lists the commands that begin with it.
            `./weir test` has no options of its own: what follows it goes to Maven.
            """;
    private static final Map<String, String> NOTES = Map.of(
            "compare run", "\nHow to read the tables and the page: [Compare modes and paths](../guides/compare.md).\n");

    /// The command that an example is of; it must be right to the values of its options.
    private static String nameAfterChecks(String example, ConfigurableApplicationContext context) {
        var name = new StringBuilder();
        int code = context.getBean(LineRunner.class).run(Words.of(example), context.getBean(CommandRegistry.class),
                new PrintWriter(Writer.nullWriter()), name::append, line -> {
                    name.append(line.command().getName());
                    return OneShotRunner.DONE;
                });
        assertThat(code).as("%s: %s", example, name).isZero();
        return name.toString();
    }

    @Test
    void theReferenceIsWhatTheCommandsSay() throws IOException {
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(WeirApplication.class).web(WebApplicationType.NONE).run("--version")) {
            List<Command> commands = context.getBean(CommandRegistry.class).getCommands().stream()
                    .filter(command -> !command.getName().equals("quit")) // Spring Shell's own
                    .toList();
            assertThat(commands).extracting(Command::getName).contains("serve", "shell", "top", "subscriber class set");
            assertThat(commands).allSatisfy(command -> assertThat(CommandExamples.of(command.getName())).as(command.getName())
                    .isNotEmpty()
                    .allSatisfy(example -> assertThat(nameAfterChecks(example, context)).isEqualTo(command.getName())));

            Reference.check("cli.md", present -> INTRODUCTION + commands.stream()
                    .sorted(Comparator.comparingInt((Command command) -> place(present, command)).thenComparing(Command::getName))
                    .map(CliReferenceTests::section)
                    .collect(Collectors.joining()));
        }
    }

    /// A command keeps its place in the file; a new one comes last.
    private static int place(String present, Command command) {
        int place = present.indexOf(heading(command));
        return place < 0 ? Integer.MAX_VALUE : place;
    }

    private static String heading(Command command) {
        return "\n## `./weir " + command.getName() + "`\n";
    }

    private static String section(Command command) {
        return heading(command) + "\n```\n" + CommandHelp.of(command) + "```\n" + NOTES.getOrDefault(command.getName(), "");
    }
}
