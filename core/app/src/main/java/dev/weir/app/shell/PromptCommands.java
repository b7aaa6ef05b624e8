// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;

/// The commands that the prompt and scripts know: those about one running relay, and `help`.
final class PromptCommands {
    /// These run a relay, a demonstration or a benchmark of their own; `quit` is Spring Shell's.
    private static final Set<String> NOT_HERE = Set.of("serve", "shell", "demo", "publish", "subscribe", "soak", "quit");
    /// These make peers or networks, which belong neither into a relay's process nor into one that is there for short commands.
    private static final Set<String> OWN_PROCESS = Set.of("compare run", "impair", "impair proxy");
    private static final String CONTROL = "--relay-control";

    private final LineRunner runner;
    private final CommandRegistry registry;
    private final Path control;

    /// @param control socket of the relay that the commands are about
    PromptCommands(LineRunner runner, CommandRegistry registry, Path control) {
        this.runner = runner;
        this.registry = registry;
        this.control = control;
    }

    /// Runs a line.
    ///
    /// @param words at least one
    /// @return the exit code
    int run(List<String> words, PrintWriter output, LineRunner.Complaints complaints) {
        LineRunner.Complaints local = sentence -> complaints.error(sentence.replace("./weir --help", "help").replace("./weir ", ""));
        if (words.getFirst().equals("help") || words.getFirst().equals("--help")) {
            return help(words.subList(1, words.size()), output, local);
        }
        Command command = command(words);
        if (command == null && isElsewhere(words.getFirst())) {
            local.error("'" + words.getFirst() + "' is no command of the prompt; run it from another terminal.");
            return OneShotRunner.USAGE;
        }
        var arguments = new ArrayList<>(words);
        if (command != null && hasControl(command) && words.stream().noneMatch(PromptCommands::isControl)) {
            arguments.add(CONTROL);
            arguments.add(control.toString());
        }
        if (command != null && OWN_PROCESS.contains(command.getName())) {
            output.flush();
            return runner.run(arguments, registry, output, local, line -> OwnProcess.run(arguments));
        }
        return runner.run(arguments, registry, output, local);
    }

    private static boolean isControl(String word) {
        return word.equals(CONTROL) || word.startsWith(CONTROL + "=");
    }

    static boolean hasControl(Command command) {
        return command.getOptions().stream().anyMatch(option -> CONTROL.equals("--" + option.longName()));
    }

    private boolean isElsewhere(String word) {
        return registry.getCommands().stream().anyMatch(each -> !isHere(each) && each.getName().split(" ")[0].equals(word));
    }

    private static boolean isHere(Command command) {
        return !NOT_HERE.contains(command.getName()) && !command.getName().startsWith("bench ");
    }

    /// All of them, by name.
    List<Command> all() {
        return registry.getCommands().stream()
                .filter(PromptCommands::isHere)
                .sorted(Comparator.comparing(Command::getName))
                .toList();
    }

    /// The command that a line begins with.
    @Nullable Command command(List<String> words) {
        for (int count = Math.min(CommandLine.LONGEST_NAME, words.size()); count > 0; count--) {
            Command command = registry.getCommandByName(String.join(" ", words.subList(0, count)));
            if (command != null && isHere(command)) {
                return command;
            }
        }
        return null;
    }

    Path control() {
        return control;
    }

    private int help(List<String> about, PrintWriter output, LineRunner.Complaints complaints) {
        if (about.isEmpty()) {
            output.println(overview());
            output.flush();
            return OneShotRunner.DONE;
        }
        Command command = command(about);
        String group = CommandHelp.ofGroup(about, all());
        if (command != null) {
            output.print(CommandHelp.of(command).replace("./weir ", ""));
        } else if (!group.isEmpty()) {
            output.println(group);
        } else {
            complaints.error("There is no command '" + String.join(" ", about) + "'; 'help' lists them.");
            return OneShotRunner.USAGE;
        }
        output.flush();
        return OneShotRunner.DONE;
    }

    private String overview() {
        var groups = new TreeMap<String, List<Command>>();
        all().forEach(each -> groups.computeIfAbsent(each.getGroup(), group -> new ArrayList<>()).add(each));
        var text = new StringBuilder();
        groups.forEach((group, commands) -> {
            var table = Columns.facts();
            commands.forEach(each -> table.row("  " + each.getName(), each.getDescription()));
            text.append(Style.HEADING.of(group)).append(System.lineSeparator()).append(table).append(System.lineSeparator().repeat(2));
        });
        return text.append("'help COMMAND' explains one, with its options and examples. Tab completes commands, options and values.")
                .append(System.lineSeparator())
                .append("'history' lists what was written, 'clear' clears the screen, 'exit' or Ctrl-D leaves.")
                .toString();
    }
}
