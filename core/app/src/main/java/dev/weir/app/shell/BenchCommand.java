// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.relay.LocalPolicyRelay;
import dev.weir.app.relay.RelayPolicies;
import dev.weir.bench.run.BenchHarm;
import dev.weir.bench.run.BenchHarmOptions;
import dev.weir.bench.run.BenchPath;
import dev.weir.bench.run.BenchPathOptions;
import dev.weir.bench.run.BenchPolicy;
import dev.weir.bench.run.BenchPolicyOptions;
import dev.weir.bench.run.PolicyRelay;
import dev.weir.bench.run.RunModes;
import dev.weir.engine.policy.PolicyCatalog;
import dev.weir.engine.policy.jar.PolicyJarOptions;
import dev.weir.engine.policy.jar.PolicyJars;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `bench path`: the kernel's path and the user-space path under the same load, one after the other. `bench harm`: what a harmful peer costs
/// the others. `bench policy`: what policies are worth and what they cost.
@Component
class BenchCommand {
    @Command(name = "bench path", group = "Media",
            description = "Compares the kernel's path with the user-space path: latency and CPU time per copy.")
    void path(
            CommandContext context,
            @Option(longName = "subscribers", defaultValue = "1,8,64", description = "numbers of subscribers, each 1 to 256")
                    Integer[] subscribers,
            @Option(longName = "mode", defaultValue = "datagram", description = "how the objects travel") RunModes mode,
            @Option(longName = "seconds", defaultValue = "10", description = "length of each measurement, seconds") Integer seconds,
            @Option(longName = "rate", description = "objects per second; without it, what user space can carry as well")
                    @Nullable Integer rate,
            @Option(longName = "size", defaultValue = "1200", description = "bytes per object") Integer size,
            @Option(longName = "json", description = "file for every figure of the table") @Nullable Path json)
            throws Exception {
        BenchPathOptions options = MediaOptions.checked(
                () -> new BenchPathOptions(List.of(subscribers), mode, seconds, rate, size, json));
        CommandFailedException.unlessZero(BenchPath.run(options, context.outputWriter()));
    }

    @Command(name = "bench harm", group = "Media",
            description = "Measures what a subscriber that does not do its part costs the others: their latency with it and without, in turn.")
    void harm(
            CommandContext context,
            @Option(longName = "subscribers", defaultValue = "8", description = "how many others there are, 1 to 64") Integer subscribers,
            @Option(longName = "mode", defaultValue = "both", description = "how the objects travel") RunModes mode,
            @Option(longName = "rate", defaultValue = "100", description = "objects per second, 10 to 1000") Integer rate,
            @Option(longName = "seconds", defaultValue = "5", description = "length of each window, seconds, 2 to 60") Integer seconds,
            @Option(longName = "rounds", defaultValue = "3", description = "windows with and without each peer, 1 to 100") Integer rounds,
            @Option(longName = "limit", description = "fails if the median of a harmful peer's p99 ratios is above; without it, figures are no failure")
                    @Nullable Double limit,
            @Option(longName = "json", description = "file for every figure of the table") @Nullable Path json)
            throws Exception {
        BenchHarmOptions options = MediaOptions.checked(() -> new BenchHarmOptions(subscribers, mode, rate, seconds, rounds, limit, json));
        CommandFailedException.unlessZero(BenchHarm.run(options, context.outputWriter()));
    }

    @Command(name = "bench policy", group = "Media",
            description = "Compares congestion-priority with dropping at random behind narrow links, and measures what decisions cost.")
    void policy(
            CommandContext context,
            @Option(longName = "mode", defaultValue = "both", description = "how the video travels") RunModes mode,
            @Option(longName = "seconds", defaultValue = "15", description = "length of the video of each run, seconds, 4 to 600")
                    Integer seconds,
            @Option(longName = "runs", defaultValue = "1", description = "how often everything is done") Integer runs,
            @Option(longName = "bottleneck", defaultValue = "50,70,90",
                    description = "rates of the narrow link, percent of the video's own rate") Integer[] bottlenecks,
            @Option(longName = "rtt", defaultValue = "0",
                    description = "round-trip time of the subscriber's path without any queue, milliseconds") Integer rtt,
            @Option(longName = "queue", defaultValue = "400",
                    description = "the longest that a packet waits before the narrow link, milliseconds") Integer queue,
            @Option(longName = "deadline", defaultValue = "500",
                    description = "a frame that comes later does not count, milliseconds") Integer deadline,
            @Option(longName = "rounds", defaultValue = "300",
                    description = "turns of each form of a policy when decisions are measured; 0: they are not") Integer rounds,
            @Option(longName = "json", description = "file for every figure of the tables") @Nullable Path json)
            throws Exception {
        BenchPolicyOptions options = MediaOptions.checked(
                () -> new BenchPolicyOptions(mode, seconds, runs, List.of(bottlenecks), rtt, queue, deadline, rounds, json));
        try (PolicyCatalog catalog = PolicyJars.open(PolicyJarOptions.of(RelayPolicies.bundled()), Map.of())) {
            PolicyRelay.Starter starter =
                    (namespace, path, certificate) -> LocalPolicyRelay.start(catalog, namespace, path, certificate);
            CommandFailedException.unlessZero(BenchPolicy.run(options, starter, context.outputWriter()));
        }
    }
}
