// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import tools.jackson.databind.JsonNode;

/// `top` at a terminal: a screen that is drawn anew until somebody presses q.
final class TopScreen {
    private static final int CONTROL_C = 3;
    private static final int FEWEST_ROWS = 10;
    private static final int FEWEST_COLUMNS = 40;

    private final Terminal terminal;
    private final Supplier<JsonNode> answers;
    private final long intervalMillis;
    private final TopModel model = new TopModel();
    private TopModel.Sort sort;
    private volatile boolean over;

    TopScreen(Terminal terminal, Supplier<JsonNode> answers, long intervalMillis, TopModel.Sort sort) {
        this.terminal = terminal;
        this.answers = answers;
        this.intervalMillis = intervalMillis;
        this.sort = sort;
    }

    /// Draws until q, Ctrl-C or the end of input; the terminal is as before afterwards.
    void run() throws IOException {
        Attributes before = terminal.enterRawMode();
        Terminal.SignalHandler interrupt = terminal.handle(Terminal.Signal.INT, signal -> over = true);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        try {
            var display = new Display(terminal, true);
            while (!over) {
                model.sample(answers.get());
                draw(display);
                listen(display);
            }
        } finally {
            terminal.puts(Capability.exit_ca_mode);
            terminal.puts(Capability.cursor_visible);
            terminal.flush();
            terminal.handle(Terminal.Signal.INT, interrupt);
            terminal.setAttributes(before);
        }
    }

    private void draw(Display display) {
        int columns = Math.max(FEWEST_COLUMNS, terminal.getWidth());
        int rows = Math.max(FEWEST_ROWS, terminal.getHeight());
        display.resize(rows, columns);
        List<String> lines = new java.util.ArrayList<>(model.lines(sort, rows - 1));
        while (lines.size() < rows - 1) {
            lines.add("");
        }
        lines.add("sorted by " + sort.word() + "   s: sort by another column   q: leave");
        display.update(
                lines.stream().map(AttributedString::fromAnsi).map(line -> line.columnSubSequence(0, columns)).toList(),
                new Size(columns, rows).cursorPos(rows - 1, 0));
    }

    /// Waits for the next look at the relay, and takes keys meanwhile.
    private void listen(Display display) throws IOException {
        long until = System.nanoTime() + intervalMillis * 1_000_000;
        long left = intervalMillis;
        while (!over && left > 0) {
            int key = terminal.reader().read(left);
            switch (key) {
                case 'q', 'Q', CONTROL_C, NonBlockingReader.EOF -> over = true;
                case 's', 'S' -> {
                    sort = sort.next();
                    draw(display);
                }
                default -> { } // another key, or the time is up
            }
            left = (until - System.nanoTime()) / 1_000_000;
        }
    }
}
