// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.compare.CompareOptions;
import dev.weir.bench.compare.Comparison;
import dev.weir.bench.report.CompareReport;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `compare run` and `compare show`: every combination of mode, path, subscribers, loss and delay.
@Component
class CompareCommands {
    private static final String INTERRUPT = "INT";
    private static final String HTML = "file for a page with the drawings, which needs no network";

    @Command(name = "compare run", group = "Media",
            description = "Measures every combination of mode, path, subscribers, loss and delay, each in network namespaces of its own;"
                    + " Ctrl-C keeps what is finished.")
    void run(
            CommandContext context,
            @Option(longName = "modes", defaultValue = "stream,datagram", description = "how the objects travel") String[] modes,
            @Option(longName = "paths", defaultValue = "kernel,userspace", description = "who makes the copies") String[] paths,
            @Option(longName = "subscribers", defaultValue = "1,8", description = "numbers of subscribers, each 1 to 256")
                    Integer[] subscribers,
            @Option(longName = "loss", defaultValue = "0",
                    description = "shares of the packets to subscribers that the network loses, percent, each 0 to 90") Double[] losses,
            @Option(longName = "delay", defaultValue = "0",
                    description = "what every packet between relay and subscribers waits, each way, milliseconds, each 0 to 2000")
                    Integer[] delays,
            @Option(longName = "rate", description = MediaOptions.RATE) @Nullable Integer rate,
            @Option(longName = "size", description = MediaOptions.SIZE) @Nullable Integer size,
            @Option(longName = "media", description = MediaOptions.MEDIA) @Nullable Path media,
            @Option(longName = "seconds", defaultValue = "10", description = "length of each measurement, seconds") Integer seconds,
            @Option(longName = "repetitions", defaultValue = "1", description = "how often each combination is measured, 1 to 100")
                    Integer repetitions,
            @Option(longName = "json", description = "file for every figure, which 'compare show' reads") @Nullable Path json,
            @Option(longName = "html", description = HTML) @Nullable Path html)
            throws Exception {
        CompareOptions options = MediaOptions.checked(() -> new CompareOptions(List.of(modes), List.of(paths), List.of(subscribers),
                List.of(losses), List.of(delays), MediaOptions.load(rate, size), media, seconds, repetitions, json, html));
        var interruption = new CompletableFuture<Void>();
        Object before = Signals.register(INTERRUPT, () -> interruption.complete(null));
        try {
            CommandFailedException.unlessZero(Comparison.run(options, interruption, context.outputWriter()));
        } finally {
            Signals.unregister(INTERRUPT, before);
        }
    }

    @Command(name = "compare show", group = "Media", description = "Prints the tables of a comparison again.")
    void show(
            CommandContext context,
            @Option(longName = "file", description = "what 'compare run --json' wrote", required = true) Path file,
            @Option(longName = "html", description = HTML) @Nullable Path html,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output)
            throws Exception {
        PrintWriter out = context.outputWriter();
        boolean wantsJson = output == OutputFormat.JSON;
        int code = Comparison.show(file, html, wantsJson ? new PrintWriter(Writer.nullWriter()) : out);
        if (wantsJson) {
            out.println(CompareReport.read(file).toJson());
            out.flush();
        }
        CommandFailedException.unlessZero(code);
    }
}
