// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Shows how far a run is: on a terminal one line that is written again and again, else a line now and then.
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 250;
    private static final long OTHERWISE_MILLIS = 5000;
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintWriter out;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("progress").factory());

    private Progress(PrintWriter out) {
        this.out = out;
    }

    /// Begins to show a line.
    static Progress show(PrintWriter out, Supplier<String> line) {
        var progress = new Progress(out);
        long millis = progress.terminal ? TERMINAL_MILLIS : OTHERWISE_MILLIS;
        progress.timer.scheduleAtFixedRate(() -> progress.print(line.get()), millis, millis, TimeUnit.MILLISECONDS);
        return progress;
    }

    private synchronized void print(String line) {
        out.print(terminal ? ERASE_LINE + line : line + "\n");
        out.flush();
    }

    /// Stops and leaves the line empty.
    @Override
    public void close() {
        timer.shutdownNow();
        if (terminal) {
            out.print(ERASE_LINE);
        }
        out.flush();
    }
}
