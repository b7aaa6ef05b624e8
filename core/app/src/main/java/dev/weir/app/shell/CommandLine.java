// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ParsedInput;

/// A command with the options given to it.
///
/// Parsed from the argument vector itself: Spring Shell's parser takes one string, which loses quoting, and does not know
/// flags of two-word commands. Written as `--name value`, `--name=value`, or `--flag` for Boolean options; words without a name
/// are the values of the required options, in their order.
///
/// @param command the command named
/// @param input its options, for Spring Shell
/// @param helpWanted whether `--help` or `-h` is among them
record CommandLine(Command command, ParsedInput input, boolean helpWanted) {

    /// Words of a command's name, as in `subscriber class set`.
    static final int LONGEST_NAME = 3;

    /// @param arguments the argument vector
    /// @param registry the commands there are
    /// @return the parsed line
    /// @throws UsageException if it names no command, an unknown option, or lacks an option or a value
    static CommandLine parse(List<String> arguments, CommandRegistry registry) {
        Command command = command(arguments, registry);
        int words = command.getName().split(" ").length;
        var builder = ParsedInput.builder().commandName(command.getName());
        Set<String> seen = new HashSet<>();
        boolean help = false;
        var rest = new ArrayList<>(arguments.subList(words, arguments.size()));
        while (!rest.isEmpty()) {
            String word = rest.removeFirst();
            if (CommandHelp.isAsked(word)) {
                help = true;
            } else {
                CommandOption option = word.startsWith("-") ? option(command, word, rest) : unnamed(command, word, seen);
                if (!seen.add(option.longName())) {
                    throw new UsageException("--" + option.longName() + " is given twice; give it once.");
                }
                builder.addOption(option);
            }
        }
        if (!help) {
            requireAll(command, seen);
        }
        return new CommandLine(command, builder.build(), help);
    }

    private static void requireAll(Command command, Set<String> seen) {
        for (CommandOption option : command.getOptions()) {
            if (Boolean.TRUE.equals(option.required()) && !seen.contains(option.longName())) {
                throw new UsageException(command.getName() + " needs " + CommandHelp.synopsis(option) + ", "
                        + option.description() + ".");
            }
        }
    }

    private static Command command(List<String> arguments, CommandRegistry registry) {
        for (int words = Math.min(LONGEST_NAME, arguments.size()); words > 0; words--) {
            Command command = registry.getCommandByName(String.join(" ", arguments.subList(0, words)));
            if (command != null) {
                return command;
            }
        }
        if (arguments.isEmpty()) {
            throw new UsageException("No command given; './weir --help' lists them.");
        }
        String first = arguments.getFirst();
        List<Command> beginning = CommandHelp.beginningWith(List.of(first), registry.getCommands());
        throw new UsageException(beginning.isEmpty()
                ? "There is no command '" + first + "'; './weir --help' lists them."
                : "There is no command '" + String.join(" ", arguments) + "'; './weir " + first + " --help' lists those with '" + first + "'.");
    }

    private static CommandOption unnamed(Command command, String word, Set<String> seen) {
        CommandOption next = command.getOptions().stream()
                .filter(option -> Boolean.TRUE.equals(option.required()) && !seen.contains(option.longName()))
                .findFirst()
                .orElseThrow(() -> new UsageException(command.getName() + " takes no argument '" + word + "'; './weir "
                        + command.getName() + " --help' lists the options."));
        return withValue(next, word);
    }

    private static CommandOption withValue(CommandOption declared, String value) {
        return CommandOption.with()
                .shortName(declared.shortName())
                .longName(declared.longName())
                .type(declared.type())
                .value(value)
                .build();
    }

    private static CommandOption option(Command command, String word, List<String> rest) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        CommandOption declared = declared(command, name);
        if (declared == null) {
            throw new UsageException(command.getName() + " has no option " + name + "; './weir " + command.getName()
                    + " --help' lists the options.");
        }
        String value = equals < 0 ? value(declared, rest) : word.substring(equals + 1);
        return withValue(declared, value);
    }

    private static @Nullable CommandOption declared(Command command, String name) {
        return command.getOptions().stream()
                .filter(option -> name.equals("--" + option.longName()))
                .findFirst()
                .orElse(null);
    }

    private static String value(CommandOption declared, List<String> rest) {
        if (isFlag(declared)) {
            return "true";
        }
        if (rest.isEmpty() || rest.getFirst().startsWith("--")) {
            throw new UsageException("--" + declared.longName() + " needs a value: " + CommandHelp.synopsis(declared) + ".");
        }
        return rest.removeFirst();
    }

    /// @return whether the option may stand without a value
    static boolean isFlag(CommandOption option) {
        return option.type() == Boolean.class;
    }
}
