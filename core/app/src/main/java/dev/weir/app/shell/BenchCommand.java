// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.run.BenchPath;
import dev.weir.bench.run.BenchPathOptions;
import dev.weir.bench.run.RunModes;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `bench path`: the kernel's path and the user-space path under the same load, one after the other.
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
}
