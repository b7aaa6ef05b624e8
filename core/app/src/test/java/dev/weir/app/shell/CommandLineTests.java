// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.springframework.shell.core.command.AbstractCommand;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ExitStatus;

class CommandLineTests {
    private final CommandRegistry registry = registry();

    @Test
    void takesValuesInBothForms() {
        CommandLine line = parse("bench", "path", "--objects", "7", "--json=/tmp/a b.json");

        assertThat(line.command().getName()).isEqualTo("bench path");
        assertThat(line.input().options()).extracting(CommandOption::longName, CommandOption::value)
                .containsExactly(tuple("objects", "7"), tuple("json", "/tmp/a b.json"));
    }

    @Test
    void aFlagNeedsNoValueAndTakesNone() {
        CommandLine line = parse("bench", "path", "--insecure", "--objects", "7");

        assertThat(line.input().options()).extracting(CommandOption::longName, CommandOption::value)
                .containsExactly(tuple("insecure", "true"), tuple("objects", "7"));
        assertThat(parse("bench", "path", "--insecure=false").input().options()).extracting(CommandOption::value)
                .containsExactly("false");
    }

    @Test
    void helpIsWantedWhereverItStands() {
        assertThat(parse("bench", "path", "--objects", "7", "--help").helpWanted()).isTrue();
        assertThat(parse("bench", "path", "-h").helpWanted()).isTrue();
        assertThat(parse("bench", "path").helpWanted()).isFalse();
    }

    @Test
    void mistakesAreSentences() {
        assertThatThrownBy(() -> parse()).isInstanceOf(UsageException.class).hasMessageStartingWith("No command given");
        assertThatThrownBy(() -> parse("bench")).hasMessage("There is no command 'bench'; './weir bench --help' lists those with 'bench'.");
        assertThatThrownBy(() -> parse("fly", "high")).hasMessage("There is no command 'fly'; './weir --help' lists them.");
        assertThatThrownBy(() -> parse("bench", "path", "--nope", "1")).hasMessageStartingWith("bench path has no option --nope;");
        assertThatThrownBy(() -> parse("bench", "path", "nope")).hasMessageStartingWith("bench path takes no argument 'nope';");
        assertThatThrownBy(() -> parse("bench", "path", "--objects")).hasMessage("--objects needs a value: --objects NUMBER.");
        assertThatThrownBy(() -> parse("bench", "path", "--objects", "--insecure")).hasMessageStartingWith("--objects needs a value");
        assertThatThrownBy(() -> parse("publish")).hasMessage("publish needs --relay TEXT, the relay, HOST:PORT.");
        assertThat(parse("publish", "--help").helpWanted()).isTrue();
        assertThatThrownBy(() -> parse("bench", "path", "--objects=1", "--objects=2")).hasMessageStartingWith("--objects is given twice");
    }

    @Test
    void helpNamesEachOptionWithValueAndDefault() {
        assertThat(CommandHelp.of(parse("bench", "path").command())).startsWith("""
                Compares paths

                Usage: ./weir bench path [OPTIONS]

                  --objects NUMBER  objects per second (default 200)
                  --json PATH       file for the figures
                  --insecure        trust any certificate
                """);
    }

    private CommandLine parse(String... arguments) {
        return CommandLine.parse(List.of(arguments), registry);
    }

    private static Tuple tuple(Object... values) {
        return Tuple.tuple(values);
    }

    private static CommandRegistry registry() {
        var registry = new CommandRegistry();
        registry.registerCommand(command("bench path", "Compares paths",
                option("objects", Integer.class, "objects per second", "200"),
                option("json", Path.class, "file for the figures", ""),
                option("insecure", Boolean.class, "trust any certificate", "false")));
        registry.registerCommand(command("publish", "Publishes",
                CommandOption.with().longName("relay").type(String.class).description("the relay, HOST:PORT").required(true).build()));
        return registry;
    }

    private static Command command(String name, String description, CommandOption... options) {
        var command = new AbstractCommand(name, description) {
            @Override
            public ExitStatus doExecute(CommandContext context) {
                return ExitStatus.OK;
            }
        };
        command.setOptions(List.of(options));
        return command;
    }

    private static CommandOption option(String name, Class<?> type, String description, String standard) {
        return CommandOption.with().longName(name).type(type).description(description).required(false).defaultValue(standard).build();
    }
}
