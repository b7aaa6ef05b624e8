// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

/// Commands from a file, one a line, blank lines and lines that begin with `#` left out. The first error ends it.
final class Script {
    private final PromptCommands commands;
    private final String name;

    /// @param name what to call it in messages
    Script(PromptCommands commands, String name) {
        this.commands = commands;
        this.name = name;
    }

    /// Runs all lines.
    ///
    /// @throws CommandFailedException with the number of the line that failed, and its exit code
    void run(BufferedReader lines, PrintWriter output) {
        int number = 0;
        try (Stream<String> all = lines.lines()) {
            for (String line : (Iterable<String>) all::iterator) {
                number++;
                if (!run(line, number, output)) {
                    return;
                }
            }
        }
    }

    /// @return false: the script wants to end here
    private boolean run(String line, int number, PrintWriter output) {
        List<String> words;
        try {
            words = Words.of(line);
        } catch (UsageException e) {
            throw CommandFailedException.withCode(place(number) + e.getMessage(), OneShotRunner.USAGE);
        }
        if (words.equals(List.of("exit")) || words.equals(List.of("quit"))) {
            return false;
        }
        if (!words.isEmpty()) {
            var complaint = new StringBuilder("the command failed.");
            int code = commands.run(words, output, sentence -> {
                complaint.setLength(0);
                complaint.append(sentence);
            });
            output.flush();
            if (code != OneShotRunner.DONE) {
                throw CommandFailedException.withCode(place(number) + complaint, code);
            }
        }
        return true;
    }

    private String place(int number) {
        return name + " line " + number + ": ";
    }
}
