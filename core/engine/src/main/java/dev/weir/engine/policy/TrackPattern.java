// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A pattern on full track names (namespace fields and track name with slashes between them): `*` stands for any characters
/// but a slash, `**` for any at all, `?` for one that is no slash; everything else stands for itself.
///
/// @param text the pattern
/// @param expression what it means
record TrackPattern(String text, Pattern expression) implements Predicate<String> {
    private static final int LONGEST = 4096;

    /// @throws PolicyException if it is empty or longer than a track name can be
    static TrackPattern parse(String text) {
        if (text.isBlank() || text.length() > LONGEST) {
            throw new PolicyException("A pattern of tracks has 1 to " + LONGEST
                    + " characters; write for example 'live/*/video', or '**' for all tracks.");
        }
        var expression = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            boolean doubled = each == '*' && at + 1 < text.length() && text.charAt(at + 1) == '*';
            if (doubled) {
                expression.append(".*");
                at++;
            } else if (each == '*') {
                expression.append("[^/]*");
            } else if (each == '?') {
                expression.append("[^/]");
            } else {
                expression.append(Pattern.quote(String.valueOf(each)));
            }
        }
        return new TrackPattern(text, Pattern.compile(expression.toString(), Pattern.DOTALL));
    }

    @Override
    public boolean test(String track) {
        return expression.matcher(track).matches();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrackPattern that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
