// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `shell`: a prompt, or a script, on a running relay.
@Component
class ShellCommand {
    private static final String STANDARD_INPUT = "-";

    private final ObjectProvider<LineRunner> runner;
    private final ObjectProvider<ShellTerminal> terminal;

    /// @param runner made when it is needed: it is behind the registry that this command is in
    ShellCommand(ObjectProvider<LineRunner> runner, ObjectProvider<ShellTerminal> terminal) {
        this.runner = runner;
        this.terminal = terminal;
    }

    @Command(name = "shell", group = "Relay",
            description = "Opens a prompt on a running relay, with completion, help and history; or runs the commands of a file there.")
    void shell(
            CommandContext context,
            @Option(longName = "script", description = "file with commands, one a line, or - for standard input; ends at the first error")
                    @Nullable Path script,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Path socket = RunningRelay.socket(control);
        var commands = new PromptCommands(runner.getObject(), context.commandRegistry(), socket);
        Console console = System.console();
        if (script != null) {
            script(commands, script, context.outputWriter());
        } else if (console == null || !console.isTerminal()) {
            throw new UsageException("The prompt needs a terminal; run commands from a file with --script FILE, or - for standard input.");
        } else {
            prompt(context.commandRegistry(), socket, name(socket));
        }
    }

    /// Runs a prompt until the user leaves it.
    ///
    /// @param name what the prompt calls the relay
    void prompt(CommandRegistry registry, Path socket, String name) {
        new Prompt(new PromptCommands(runner.getObject(), registry, socket), terminal.getObject().open(), name).run();
    }

    private static String name(Path socket) {
        String address = RunningRelay.answer(socket, "relay status").path("address").asString();
        return address.substring(address.lastIndexOf(':') + 1);
    }

    private static void script(PromptCommands commands, Path script, PrintWriter output) {
        if (script.toString().equals(STANDARD_INPUT)) {
            new Script(commands, "standard input")
                    .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), output);
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(script)) {
            new Script(commands, script.toString()).run(lines, output);
        } catch (IOException e) {
            throw CommandFailedException.because("The script " + script + " cannot be read (" + e.getMessage()
                    + "); name a text file that you may read", e);
        }
    }
}
