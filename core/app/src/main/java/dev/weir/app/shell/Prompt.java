// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jline.reader.EndOfFileException;
import org.jline.reader.History;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp.Capability;

/// Reads lines at a terminal and runs them, until `exit` or Ctrl-D. Ctrl-C gives up a line, or the command that runs.
final class Prompt {
    private static final int HISTORY_LINES = 2000;

    private final PromptCommands commands;
    private final Terminal terminal;
    private final LineReader reader;
    private final String prompt;

    /// @param name what the prompt calls the relay
    Prompt(PromptCommands commands, Terminal terminal, String name) {
        this.commands = commands;
        this.terminal = terminal;
        prompt = Style.HEADING.of("weir " + name + ">") + " ";
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("weir")
                .parser(new DefaultParser())
                .completer(new PromptCompleter(commands, new RelayValues(commands.control())))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES);
        Path history = historyFile(System.getenv());
        try {
            Files.createDirectories(history.getParent());
            if (!Files.exists(history)) {
                Files.createFile(history, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            builder.variable(LineReader.HISTORY_FILE, history);
        } catch (IOException e) {
            terminal.writer().println("The history is not kept: " + history.getParent() + " cannot be made (" + e.getMessage() + ").");
        }
        reader = builder.build();
    }

    /// The file that lines are kept in, as the XDG base directory specification wants it.
    static Path historyFile(Map<String, String> environment) {
        String state = environment.get("XDG_STATE_HOME");
        Path folder = state == null || state.isBlank()
                ? Path.of(environment.getOrDefault("HOME", "."), ".local", "state")
                : Path.of(state);
        return folder.resolve("weir").resolve("history");
    }

    /// Reads and runs until the user leaves.
    void run() {
        Thread commandThread = Thread.currentThread();
        while (true) {
            List<String> words;
            try {
                words = Words.of(reader.readLine(prompt));
            } catch (UserInterruptException e) {
                continue;
            } catch (EndOfFileException e) {
                return;
            } catch (UsageException e) {
                complain(String.valueOf(e.getMessage()));
                continue;
            }
            if (words.equals(List.of("exit")) || words.equals(List.of("quit"))) {
                return;
            }
            Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> commandThread.interrupt());
            try {
                if (!words.isEmpty()) {
                    run(words);
                }
            } finally {
                terminal.handle(Terminal.Signal.INT, before);
                Thread.interrupted(); // of the command that is over
            }
        }
    }

    private void run(List<String> words) {
        PrintWriter output = terminal.writer();
        switch (words.getFirst()) {
            case "clear" -> terminal.puts(Capability.clear_screen);
            case "history" -> {
                for (History.Entry entry : reader.getHistory()) {
                    output.printf("%5d  %s%n", entry.index() + 1, entry.line());
                }
            }
            default -> commands.run(words, output, this::complain);
        }
        output.flush();
    }

    private void complain(String sentence) {
        terminal.writer().println(Style.BAD.of("error: ") + sentence);
        terminal.writer().flush();
    }
}
