// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `top`: a running relay's tracks and lanes, live.
@Component
class TopCommand {
    private static final int LONGEST_INTERVAL = 60_000;
    private static final int SHORTEST_INTERVAL = 100;

    private final ObjectProvider<ShellTerminal> terminal;

    TopCommand(ObjectProvider<ShellTerminal> terminal) {
        this.terminal = terminal;
    }

    @Command(name = "top", group = "Relay",
            description = "Shows a running relay's tracks and lanes live, with rates and a history of each lane; q leaves, s sorts anew.")
    void top(
            CommandContext context,
            @Option(longName = "sort", defaultValue = "rate", description = "what lanes are sorted by, the most first") TopModel.Sort sort,
            @Option(longName = "interval", defaultValue = "1000", description = "milliseconds between two looks, 100 to 60000") Integer interval,
            @Option(longName = "once", defaultValue = "false", description = "print once what is seen in one interval, for scripts") Boolean once,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT + "; with --once") OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control)
            throws IOException, InterruptedException {
        if (interval < SHORTEST_INTERVAL || interval > LONGEST_INTERVAL) {
            throw new UsageException("--interval takes " + SHORTEST_INTERVAL + " to " + LONGEST_INTERVAL + " milliseconds, not " + interval + ".");
        }
        if (output == OutputFormat.JSON && !once) {
            throw new UsageException("--output json is for programs, which want 'top --once --output json'.");
        }
        Path socket = RunningRelay.socket(control);
        Supplier<JsonNode> answers = () -> RunningRelay.answer(socket, "top");
        Console console = System.console();
        if (once) {
            once(answers, interval, sort, output, context.outputWriter());
        } else if (console == null || !console.isTerminal()) {
            throw new UsageException("top needs a terminal; write 'top --once' in scripts.");
        } else {
            new TopScreen(terminal.getObject().open(), answers, interval, sort).run();
        }
    }

    private static void once(
            Supplier<JsonNode> answers, int interval, TopModel.Sort sort, OutputFormat format, PrintWriter output)
            throws InterruptedException {
        var model = new TopModel();
        model.sample(answers.get());
        Thread.sleep(interval); // a rate is what happens in it
        model.sample(answers.get());
        RunningRelay.print(output, format, model.json(sort), () -> String.join(System.lineSeparator(), model.lines(sort, Integer.MAX_VALUE)));
    }
}
