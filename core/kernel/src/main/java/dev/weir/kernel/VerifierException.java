// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.util.List;

/// The kernel's verifier refused a program. The message holds the line of the program's source, where the object has them, and
/// the verifier's reason, [#log] all that it said.
public final class VerifierException extends KernelException {
    private static final long serialVersionUID = 1L;
    private static final int LINES_IN_MESSAGE = 2;
    private static final String SOURCE = "; ";

    private final String program;
    private final transient List<String> log;
    private final transient List<String> summary;

    /// @param program the program's name
    /// @param errno positive
    /// @param log the verifier's lines, possibly none
    public VerifierException(String program, int errno, List<String> log) {
        super(errno, sentence(program, errno, log));
        this.program = program;
        this.log = List.copyOf(log);
        this.summary = summary(telling(log));
    }

    /// @return the program's name
    public String program() {
        return program;
    }

    /// @return the verifier's lines, from the first; of a very long log the end
    public List<String> log() {
        return log;
    }

    /// @return why, one line; empty if the verifier does not say
    public String reason() {
        return summary.isEmpty() ? "" : summary.getLast();
    }

    /// @return the line of the program's source that the reason is about, with file and line, or if the object has none the
    /// instruction; empty if the verifier does not say
    public String place() {
        return summary.size() < LINES_IN_MESSAGE ? "" : summary.getFirst();
    }

    private static List<String> telling(List<String> log) {
        return log.stream().filter(line -> !line.isBlank()).map(String::strip).toList();
    }

    private static String sentence(String program, int errno, List<String> log) {
        List<String> telling = telling(log);
        List<String> shown = summary(telling);
        int omitted = telling.size() - shown.size();
        return "The kernel's verifier refuses program " + program + " (" + Errno.describe(errno) + "): "
                + (shown.isEmpty() ? "it gives no reason" : String.join(" | ", shown))
                + (omitted > 0 ? " (" + omitted + (omitted == 1 ? " line" : " lines") + " omitted)" : "")
                + "; report it with what './weir bpf log' prints.";
    }

    /// The reason and what was being looked at, at most two lines. The verifier prints a line of the source before the first
    /// instruction that it was compiled to, so the last one counts.
    private static List<String> summary(List<String> lines) {
        int reason = lines.size() - 1;
        while (reason >= 0 && isAppendix(lines.get(reason))) {
            reason--;
        }
        for (int source = reason - 1; source >= 0; source--) {
            if (lines.get(source).startsWith(SOURCE)) {
                return List.of(lines.get(source).substring(SOURCE.length()), lines.get(reason));
            }
        }
        return lines.subList(Math.max(reason + 1 - LINES_IN_MESSAGE, 0), reason + 1);
    }

    /// What follows the reason: "processed 12 insns (limit 1000000) ...", and the registers in a loop without end.
    private static boolean isAppendix(String line) {
        return line.startsWith("processed ")
                || line.startsWith("max_states")
                || line.startsWith("cur state:")
                || line.startsWith("old state:");
    }
}
