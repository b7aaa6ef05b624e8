// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.List;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;

/// Takes a line apart into words, as a shell does: quotes keep blanks together, a backslash takes what follows as it is.
final class Words {
    private Words() {}

    /// For the line reader and for scripts.
    static Parser parser() {
        var parser = new DefaultParser();
        parser.setEofOnUnclosedQuote(true);
        return parser;
    }

    /// @return the words of a line; none if it is blank or a comment
    /// @throws UsageException if a quote is not closed
    static List<String> of(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return List.of();
        }
        try {
            ParsedLine parsed = parser().parse(text, text.length(), Parser.ParseContext.ACCEPT_LINE);
            return List.copyOf(parsed.words());
        } catch (EOFError e) {
            throw new UsageException("A quote is not closed in: " + text + "; close it, or put a backslash before it.");
        }
    }
}
