// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandOption;

/// Completes the words of a line: commands, options, and values, which come from the relay where it knows them.
final class PromptCompleter implements Completer {
    private static final Logger LOG = LoggerFactory.getLogger(PromptCompleter.class);
    private static final List<String> OWN = List.of("help", "history", "clear", "exit");

    private final PromptCommands commands;
    private final RelayValues values;

    PromptCompleter(PromptCommands commands, RelayValues values) {
        this.commands = commands;
        this.values = values;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        String word = line.word().substring(0, Math.min(line.wordCursor(), line.word().length()));
        if (!before.isEmpty() && before.getFirst().equals("help")) {
            names(before.subList(1, before.size()), candidates);
            return;
        }
        Command command = commands.command(before);
        if (command == null) {
            names(before, candidates);
            if (before.isEmpty()) {
                OWN.forEach(own -> candidates.add(new Candidate(own)));
            }
            return;
        }
        arguments(command, before.subList(command.getName().split(" ").length, before.size()), word, candidates);
    }

    /// The words that commands go on with.
    private void names(List<String> before, List<Candidate> candidates) {
        var next = new TreeSet<String>();
        for (Command command : commands.all()) {
            List<String> name = List.of(command.getName().split(" "));
            if (name.size() > before.size() && name.subList(0, before.size()).equals(before)) {
                next.add(name.get(before.size()));
            }
        }
        next.forEach(each -> candidates.add(new Candidate(each)));
    }

    private void arguments(Command command, List<String> before, String word, List<Candidate> candidates) {
        Set<String> given = new HashSet<>();
        CommandOption open = null; // whose value comes next
        for (String each : before) {
            if (open != null) {
                open = null;
                continue;
            }
            CommandOption option = each.startsWith("--") ? option(command, each) : required(command, given);
            if (option != null) {
                given.add(option.longName());
                open = each.startsWith("--") && !each.contains("=") && !CommandLine.isFlag(option) ? option : null;
            }
        }
        if (open != null) {
            values(open, word, "", candidates);
            return;
        }
        int equals = word.indexOf('=');
        CommandOption named = word.startsWith("--") && equals > 0 ? option(command, word) : null;
        if (named != null) {
            values(named, word, word.substring(0, equals + 1), candidates);
            return;
        }
        CommandOption next = required(command, given);
        if (next != null && !word.startsWith("-")) {
            values(next, word, "", candidates);
        }
        for (CommandOption option : command.getOptions()) {
            if (!given.contains(option.longName()) && !option.longName().equals("relay-control")) {
                candidates.add(new Candidate("--" + option.longName(), "--" + option.longName(), null, option.description(), null, null, true));
            }
        }
    }

    private static @Nullable CommandOption option(Command command, String word) {
        String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
        return command.getOptions().stream().filter(each -> name.equals("--" + each.longName())).findFirst().orElse(null);
    }

    private static @Nullable CommandOption required(Command command, Set<String> given) {
        return command.getOptions().stream()
                .filter(each -> Boolean.TRUE.equals(each.required()) && !given.contains(each.longName()))
                .findFirst()
                .orElse(null);
    }

    private void values(CommandOption option, String word, String prefix, List<Candidate> candidates) {
        if (option.type() == Path.class) {
            files(word.substring(prefix.length()), prefix, candidates);
            return;
        }
        List<String> known = option.type().isEnum()
                ? Arrays.asList(CommandHelp.placeholder(option.type()).split("\\|"))
                : values.of(option.longName());
        known.forEach(each -> candidates.add(new Candidate(prefix + each)));
    }

    /// What is in the folder that a path so far is in; hidden files only if they are asked for.
    private static void files(String path, String prefix, List<Candidate> candidates) {
        String folder = path.substring(0, path.lastIndexOf('/') + 1);
        boolean hidden = path.startsWith(".", folder.length());
        try (Stream<Path> files = Files.list(Path.of(folder.isEmpty() ? "." : folder))) {
            files.sorted().forEach(file -> {
                String name = file.getFileName() + (Files.isDirectory(file) ? "/" : "");
                if (hidden || !name.startsWith(".")) {
                    candidates.add(new Candidate(prefix + folder + name, name, null, null, null, null, !name.endsWith("/")));
                }
            });
        } catch (IOException | UncheckedIOException | InvalidPathException e) {
            LOG.atTrace().setCause(e).log("no folder to complete from");
        }
    }
}
