// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.relay.ListenAddress;
import dev.weir.app.relay.TerminationSignal;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.ThreadNamespace;
import dev.weir.testkit.TestkitException;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairment;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `impair`: an unkind network at one device, or a path that takes time, until Ctrl-C or for a while.
@Component
class ImpairCommand {
    private static final int LONGEST = 86_400;

    @Command(name = "impair", group = "Media",
            description = "Loses, doubles and damages UDP packets at a device, the same with the same seed, until Ctrl-C; prints what it did.")
    void impair(
            CommandContext context,
            @Option(longName = "device", required = true, description = "network device; not one that a relay has its program at") String device,
            @Option(longName = "netns", description = "network namespace of the device, as 'ip netns list' names it") @Nullable String namespace,
            @Option(longName = "direction", defaultValue = "in", description = "packets that arrive at the device, or that leave by it")
                    Impairer.Direction direction,
            @Option(longName = "loss", defaultValue = "0", description = "share of packets lost, percent") Double loss,
            @Option(longName = "burst", defaultValue = "1", description = "packets lost in a row, 1 to 16; the share stays") Integer burst,
            @Option(longName = "duplicate", defaultValue = "0", description = "share of packets that come twice, percent") Double duplicate,
            @Option(longName = "corrupt", defaultValue = "0",
                    description = "share of packets with a bit turned over and the UDP checksum put right, percent") Double corrupt,
            @Option(longName = "blackhole", defaultValue = "0", description = "seconds of each period in which nothing passes") Double blackhole,
            @Option(longName = "period", defaultValue = "7", description = "seconds from one black hole to the next") Double period,
            @Option(longName = "port", defaultValue = "0", description = "UDP port of either side that is concerned; 0: any") Integer port,
            @Option(longName = "handshakes", defaultValue = "false", description = "packets with a long QUIC header as well") Boolean handshakes,
            @Option(longName = "seed", defaultValue = "1", description = "which packets it meets") Long seed,
            @Option(longName = "seconds", defaultValue = "86400", description = "ends by itself after so many seconds, 1 to 86400") Integer seconds,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output)
            throws InterruptedException {
        Impairment impairment = MediaOptions.checked(() -> Impairment.none(seed)
                .withLoss(loss, burst).withDuplicates(duplicate).withCorruption(corrupt)
                .withBlackhole(seconds(blackhole), seconds(period)).only(port, !handshakes, 0));
        requireLength(seconds);
        PrintWriter out = context.outputWriter();
        try (TerminationSignal signal = TerminationSignal.install();
                Impairer impairer = inside(namespace, () -> Impairer.on(device, direction, impairment))) {
            out.println("impairing " + device);
            out.flush();
            signal.await(Duration.ofSeconds(seconds));
            ImpairmentCounts counts = impairer.counts();
            RunningRelay.print(out, output, counts, () -> table(counts));
        } catch (TestkitException | KernelException e) {
            throw CommandFailedException.because(String.valueOf(e.getMessage()), e);
        }
    }

    @Command(name = "impair proxy", group = "Media",
            description = "A path that takes time and changes the order of packets: peers talk to it as if it were the relay; until Ctrl-C.")
    void proxy(
            CommandContext context,
            @Option(longName = "to", required = true, description = "UDP address of the relay, ADDRESS:PORT") String to,
            @Option(longName = "listen", defaultValue = "127.0.0.1:0", description = "UDP address for peers; port 0: any that is free")
                    String listen,
            @Option(longName = "netns", description = "network namespace of both, as 'ip netns list' names it") @Nullable String namespace,
            @Option(longName = "delay", defaultValue = "0", description = "what every packet waits, each way, milliseconds") Double delay,
            @Option(longName = "jitter", defaultValue = "0", description = "the most that it waits besides, milliseconds; packets stay in order")
                    Double jitter,
            @Option(longName = "reorder", defaultValue = "0", description = "share of packets that others overtake, percent") Double reorder,
            @Option(longName = "reorder-by", defaultValue = "100", description = "the most that these wait besides, milliseconds") Double reorderBy,
            @Option(longName = "seed", defaultValue = "1", description = "which packets it meets") Long seed,
            @Option(longName = "seconds", defaultValue = "86400", description = "ends by itself after so many seconds, 1 to 86400") Integer seconds,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output)
            throws InterruptedException {
        InetSocketAddress target = MediaOptions.checked(() -> ListenAddress.parse(to));
        InetSocketAddress front = MediaOptions.checked(() -> ListenAddress.parse(listen));
        Delay waiting = MediaOptions.checked(() ->
                new Delay(seed, millis(delay), millis(jitter), reorder, millis(reorderBy)));
        requireLength(seconds);
        PrintWriter out = context.outputWriter();
        try (TerminationSignal signal = TerminationSignal.install();
                DelayProxy proxy = inside(namespace, () -> DelayProxy.start(Thread.ofPlatform().daemon().name("delay-proxy").factory(), front, target, waiting))) {
            out.println("listening on " + ListenAddress.format(proxy.address()));
            out.flush();
            signal.await(Duration.ofSeconds(seconds));
            var counts = new Carried(proxy.carried(), proxy.overtaken());
            RunningRelay.print(out, output, counts, () -> Columns.facts()
                    .row("carried", Long.toString(counts.carried())).row("overtaken", Long.toString(counts.overtaken())).toString());
        } catch (TestkitException | KernelException e) {
            throw CommandFailedException.because(String.valueOf(e.getMessage()), e);
        }
    }

    /// What a proxy did.
    ///
    /// @param carried packets passed on, both ways together
    /// @param overtaken of these, how many others overtook
    private record Carried(long carried, long overtaken) {}

    private static void requireLength(int seconds) {
        if (seconds < 1 || seconds > LONGEST) {
            throw new UsageException("--seconds takes 1 to " + LONGEST + " seconds, not " + seconds + ".");
        }
    }

    private static Duration millis(double value) {
        return Duration.ofNanos(Math.round(value * 1_000_000));
    }

    private static Duration seconds(double value) {
        return Duration.ofMillis(Math.round(value * 1000));
    }

    /// A namespace is left with the thread that entered it.
    private static <T> T inside(@Nullable String namespace, Supplier<T> task) {
        if (namespace == null) {
            return task.get();
        }
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().name("netns-" + namespace).start(() -> {
            try {
                ThreadNamespace.enter(Path.of("/run/netns", namespace));
                result.complete(task.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private static String table(ImpairmentCounts counts) {
        return Columns.facts()
                .row("seen", Long.toString(counts.seen()))
                .row("passed", Long.toString(counts.passed()))
                .row("lost", Long.toString(counts.lost()))
                .row("lost in black holes", Long.toString(counts.blackholed()))
                .row("doubled", Long.toString(counts.duplicated()))
                .row("damaged", Long.toString(counts.corrupted()))
                .row("with several segments", Long.toString(counts.segmented()))
                .toString();
    }
}
