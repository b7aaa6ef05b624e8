// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandOption;

/// The text of `--help`: what the command does, then each option with its value, unit and default.
final class CommandHelp {
    private CommandHelp() {}

    static String of(Command command) {
        List<CommandOption> options = command.getOptions();
        int width = options.stream().mapToInt(option -> synopsis(option).length()).max().orElse(0);
        return command.getDescription() + "\n\nUsage: ./weir " + command.getName() + " [OPTIONS]\n\n"
                + options.stream().map(option -> line(option, width)).collect(Collectors.joining())
                + examples(command.getName());
    }

    /// What commands do that begin with the same words, such as `track list` and `track show`.
    ///
    /// @param words the beginning
    /// @return a line for each; empty if there is none
    static String ofGroup(List<String> words, Collection<Command> commands) {
        var table = Columns.facts();
        beginningWith(words, commands).forEach(each -> table.row(each.getName(), each.getDescription()));
        return table.toString();
    }

    static List<Command> beginningWith(List<String> words, Collection<Command> commands) {
        String beginning = String.join(" ", words) + " ";
        return commands.stream()
                .filter(each -> each.getName().startsWith(beginning))
                .sorted(Comparator.comparing(Command::getName))
                .toList();
    }

    /// Whether a word asks for help.
    static boolean isAsked(String word) {
        return word.equals("--help") || word.equals("-h");
    }

    private static String examples(String command) {
        List<String> examples = CommandExamples.of(command);
        return examples.isEmpty() ? "" : examples.stream()
                .map(each -> "  ./weir " + each + "\n")
                .collect(Collectors.joining("", "\nExamples:\n\n", ""));
    }

    private static String line(CommandOption option, int width) {
        return ("  %-" + width + "s  %s%s%n").formatted(synopsis(option), option.description(), remark(option));
    }

    private static String remark(CommandOption option) {
        if (Boolean.TRUE.equals(option.required())) {
            return " (required)";
        }
        String standard = option.defaultValue();
        return standard == null || standard.isEmpty() || CommandLine.isFlag(option) ? "" : " (default " + standard + ")";
    }

    /// @return the option as one writes it, such as `--lease NUMBER`
    static String synopsis(CommandOption option) {
        return ("--" + option.longName() + " " + placeholder(option.type())).strip();
    }

    /// @return a word that stands for a value of the type, or the values themselves
    static String placeholder(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining("|"));
        }
        if (type == Boolean.class) {
            return "";
        }
        if (type == Path.class) {
            return "PATH";
        }
        if (type.isArray()) {
            return placeholder(type.getComponentType()) + ",…";
        }
        return Number.class.isAssignableFrom(type) ? "NUMBER" : "TEXT";
    }
}
