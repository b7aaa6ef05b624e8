// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.run.DemoOptions;
import dev.weir.bench.run.DemoRun;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.RunModes;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `demo`: publisher, relay and subscribers on this machine, in network namespaces that are gone afterwards.
@Component
class DemoCommand {
    @Command(name = "demo", group = "Media",
            description = "Shows a video going from a publisher through the relay to several subscribers, all on this machine.")
    void demo(
            CommandContext context,
            @Option(longName = "subscribers", defaultValue = "8", description = "subscribers, on three addresses; 1 to 256")
                    Integer subscribers,
            @Option(longName = "mode", defaultValue = "both", description = "how the objects travel") RunModes mode,
            @Option(longName = "path", defaultValue = "auto",
                    description = "who makes the copies; auto takes the kernel where BPF is available") RelayPath path,
            @Option(longName = "seconds", defaultValue = "10", description = MediaOptions.SECONDS + " per mode") Integer seconds,
            @Option(longName = "rate", description = MediaOptions.RATE) @Nullable Integer rate,
            @Option(longName = "size", description = MediaOptions.SIZE) @Nullable Integer size,
            @Option(longName = "media", description = MediaOptions.MEDIA) @Nullable Path media,
            @Option(longName = "json", description = "file for every figure of the table") @Nullable Path json,
            @Option(longName = "pcap", description = "folder for a capture and a key log of each subscriber") @Nullable Path pcap,
            @Option(longName = "loss", description = MediaOptions.LOSS) @Nullable Double loss,
            @Option(longName = "loss-to-relay", description = "share of the publisher's packets that the network loses, percent")
                    @Nullable Double lossToRelay,
            @Option(longName = "burst", defaultValue = "1", description = "packets that the network loses in a row, 1 to 16") Integer burst,
            @Option(longName = "seed", defaultValue = "1", description = "which packets the network loses") Long seed)
            throws Exception {
        DemoOptions options = MediaOptions.checked(() -> new DemoOptions(
                subscribers, mode, path, seconds, MediaOptions.load(rate, size), media, json, pcap,
                MediaOptions.faults(loss, lossToRelay, burst, seed)));
        CommandFailedException.unlessZero(DemoRun.run(options, context.outputWriter()));
    }
}
