// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.control.ControlClient;
import dev.weir.bench.run.PolicySwitch;
import dev.weir.bench.run.RelayBooks;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.SoakOptions;
import dev.weir.bench.run.SoakRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `soak`: a relay under faults that a seed chooses, and a ledger that must be zero.
@Component
class SoakCommand {
    private static final int SECONDS_PER_MINUTE = 60;
    /// A week.
    private static final int MOST_MINUTES = 10_080;
    /// The sums of an audit that say what became of DATAGRAM objects, and their parts that a subscriber did not get.
    private static final Set<String> DATAGRAMS = Set.of("datagrams", "datagram fates");
    private static final String DROPPED = "dropped: ";

    @Command(name = "soak", group = "Media",
            description = "Puts a relay, publishers and subscribers of this machine under faults that a seed chooses; fails if anything"
                    + " is lost, doubled or left behind.")
    void soak(
            CommandContext context,
            @Option(longName = "minutes", defaultValue = "10", description = "how long faults are made") Integer minutes,
            @Option(longName = "seconds", description = "how long faults are made, instead of --minutes; 10 at least")
                    @Nullable Integer seconds,
            @Option(longName = "seed", defaultValue = "1", description = "chooses the faults; the same seed, the same faults") Long seed,
            @Option(longName = "subscribers", defaultValue = "4",
                    description = "subscribers of each mode that stay to the end; others come and go; 1 to 64") Integer subscribers,
            @Option(longName = "rate", defaultValue = "100", description = "objects per second of each mode, 10 to 1000") Integer rate,
            @Option(longName = "path", defaultValue = "auto",
                    description = "who makes the copies; auto takes the kernel where BPF is available") RelayPath path,
            @Option(longName = "json", description = "file for the ledger") @Nullable Path json)
            throws Exception {
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw new UsageException("--minutes takes 1 to " + MOST_MINUTES + " minutes, not " + minutes + ".");
        }
        int length = seconds != null ? seconds : minutes * SECONDS_PER_MINUTE;
        SoakOptions options = MediaOptions.checked(() -> new SoakOptions(length, seed, subscribers, rate, path, json));
        CommandFailedException.unlessZero(SoakRun.run(options, new PassAllSwitch(), SoakCommand::audit, context.outputWriter()));
    }

    private static RelayBooks.Audit audit(Path controlSocket) {
        var imbalances = new TreeMap<String, Long>();
        var dropped = new TreeMap<String, Long>();
        var datagrams = new TreeMap<String, String>();
        for (JsonNode sum : ControlClient.call(controlSocket, "stats audit", Map.of()).path("sums")) {
            String address = sum.path("address").asString();
            long imbalance = sum.path("imbalance").asLong();
            if (imbalance != 0) {
                imbalances.merge(address + ": " + sum.path("name").asString(), imbalance, Long::sum);
            }
            if (DATAGRAMS.contains(sum.path("name").asString())) {
                sum.path("parts").properties().stream().filter(part -> part.getKey().startsWith(DROPPED))
                        .forEach(part -> dropped.merge(address, part.getValue().asLong(), Long::sum));
                datagrams.merge(address, sum.path("total").asLong() + " " + sum.path("name").asString() + " " + sum.path("parts"),
                        (before, next) -> before + ", " + next);
            }
        }
        return new RelayBooks.Audit(imbalances, dropped, datagrams);
    }

    /// A policy that drops nothing, so that every object that is missing is one too many.
    private static final class PassAllSwitch implements PolicySwitch {
        @Override
        public int apply(Path controlSocket) {
            return ControlClient.call(controlSocket, "policy apply", Map.of(
                            "policy", "pass-all", "tracks", "**", "classes", List.of(), "configuration", Map.of()))
                    .path("id")
                    .asInt();
        }

        @Override
        public void remove(Path controlSocket, int assignment) {
            ControlClient.call(controlSocket, "policy remove", Map.of("id", assignment));
        }
    }
}
