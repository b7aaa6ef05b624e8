// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.util.List;

/// The kernel's verifier refused a program. The message holds the last lines of its log, [#log] all of it.
public final class VerifierException extends KernelException {
    private static final long serialVersionUID = 1L;
    private static final int LINES_IN_MESSAGE = 2;

    private final String program;
    private final transient List<String> log;

    /// @param program the program's name
    /// @param errno positive
    /// @param log the verifier's lines, possibly none
    public VerifierException(String program, int errno, List<String> log) {
        super(errno, sentence(program, errno, log));
        this.program = program;
        this.log = List.copyOf(log);
    }

    /// @return the program's name
    public String program() {
        return program;
    }

    /// @return the verifier's lines, from the first; of a very long log the end
    public List<String> log() {
        return log;
    }

    private static String sentence(String program, int errno, List<String> log) {
        // The last line of every log is a statistic: "processed 12 insns (limit 1000000) ...".
        List<String> telling = log.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("processed ") && !line.startsWith("max_states"))
                .map(String::strip)
                .toList();
        int shown = Math.min(LINES_IN_MESSAGE, telling.size());
        String words = shown == 0
                ? "it gives no reason"
                : String.join(" | ", telling.subList(telling.size() - shown, telling.size()));
        int omitted = telling.size() - shown;
        return "The kernel's verifier refuses program " + program + " (" + Errno.describe(errno) + "): " + words
                + (omitted > 0 ? " (" + omitted + " lines omitted)" : "")
                + "; use an object built for this kernel, or report it with the whole log.";
    }
}
