// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.Console;

/// Colours, where somebody sees them: on a terminal that can show them, unless NO_COLOR is set (no-color.org).
enum Style {
    HEADING("1"),
    GOOD("32"),
    BAD("31"),
    WARNING("33"),
    FAINT("2");

    private static final String RESET = "\033[0m";

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /// The text in this style; as it is where there is no terminal.
    String of(String text) {
        return isWanted() && !text.isEmpty() ? always(text) : text;
    }

    /// The text in this style, for a screen.
    String always(String text) {
        return "\033[" + code + "m" + text + RESET;
    }

    static boolean isWanted() {
        Console console = System.console();
        String none = System.getenv("NO_COLOR");
        return console != null
                && console.isTerminal()
                && (none == null || none.isEmpty())
                && !"dumb".equals(System.getenv("TERM"));
    }
}
