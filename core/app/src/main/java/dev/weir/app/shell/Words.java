// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.ArrayList;
import java.util.List;

/// Takes a line apart into words, as a shell does: quotes keep blanks together wherever they stand in a word, a backslash takes the
/// next character as it is, within single quotes nothing is special. (JLine's parser knows quotes at the beginning of a word only.)
final class Words {
    private static final char NONE = 0;

    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean isInWord;
    private char quote = NONE;

    private Words() {}

    /// @return the words of a line; none if it is blank or a comment
    /// @throws UsageException if a quote is not closed
    static List<String> of(String line) {
        String text = line.strip();
        if (text.startsWith("#")) {
            return List.of();
        }
        var parsed = new Words();
        for (int i = 0; i < text.length(); i++) {
            boolean isEscape = text.charAt(i) == '\\' && parsed.quote != '\'' && i + 1 < text.length();
            if (isEscape) {
                i++;
                parsed.add(text.charAt(i));
            } else {
                parsed.take(text.charAt(i));
            }
        }
        if (parsed.quote != NONE) {
            throw new UsageException("A quote is not closed in: " + text + "; close it, or put a backslash before it.");
        }
        parsed.endWord();
        return List.copyOf(parsed.words);
    }

    private void take(char each) {
        if (quote == NONE && (each == '\'' || each == '"')) {
            quote = each;
            isInWord = true; // '' is a word, an empty one
        } else if (each == quote) {
            quote = NONE;
        } else if (quote == NONE && Character.isWhitespace(each)) {
            endWord();
        } else {
            add(each);
        }
    }

    private void add(char each) {
        word.append(each);
        isInWord = true;
    }

    private void endWord() {
        if (isInWord) {
            words.add(word.toString());
            word.setLength(0);
            isInWord = false;
        }
    }
}
