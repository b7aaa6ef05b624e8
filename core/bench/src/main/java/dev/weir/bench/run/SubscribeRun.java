// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SinkSockets;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.Latency;
import dev.weir.bench.report.LayersReport;
import dev.weir.bench.report.ReceptionReport;
import dev.weir.wire.moqt.FullTrackName;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `./weir subscribe`: one or several subscribers to a track of a relay somewhere.
public final class SubscribeRun {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private SubscribeRun() {}

    /// Subscribes until the track ends, or the time is over.
    ///
    /// @param options to what and how
    /// @param out for progress and the sum
    /// @return exit code: 0 if nothing came twice, altered or against the rules, and something came, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    public static int run(SubscribeOptions options, PrintWriter out) {
        if (options.json() != null) {
            BenchReport.requireWritable(options.json());
        }
        FullTrackName track = FullTrackName.of(options.namespace(), options.track());
        PeerOptions peerOptions = options.relay().peerOptions()
                .withConnectionIdLength(options.connectionIdLength())
                .withKeyLog(options.keyLog());
        var request = new SubscriberPeer.Request(track, options.start().filter(), null, options.output(), 0);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.waitSeconds());
        try (var workspace = new Workspace()) {
            PeerLoop loop = workspace.keep(new PeerLoop("subscribers"));
            var peers = new ArrayList<SubscriberPeer>();
            for (int number = 0; number < options.subscribers(); number++) {
                SubscriberPeer.Request own = number == 0 ? request : request.withoutOutput();
                peers.add(workspace.keep(subscribe(() -> SubscriberPeer.connect(loop, peerOptions, own), number == 0 ? deadline : 0)));
            }
            DemoRun.say(out, "Subscribed to " + track + ".");
            try (Progress _ = Progress.show(out, () -> fewestReceived(peers) + " objects received")) {
                awaitEnd(peers, options.seconds());
            }
            List<ReceptionReport> reports = peers.stream().map(peer -> report(peer, options.layers())).toList();
            reports.forEach(report -> DemoRun.say(out, report.sentence()));
            if (options.json() != null) {
                ReceptionReport.write(reports, options.json());
            }
            return reports.stream().allMatch(ReceptionReport::isGood) ? 0 : 1;
        }
    }

    /// Connects and subscribes; tries again until the deadline, since publisher and relay may come later.
    private static SubscriberPeer subscribe(Supplier<SubscriberPeer> connection, long deadlineNanos) {
        while (true) {
            SubscriberPeer peer = null;
            try {
                peer = connection.get();
                peer.subscribe();
                return peer;
            } catch (BenchException e) {
                if (peer != null) {
                    peer.close();
                }
                if (deadlineNanos == 0 || System.nanoTime() - deadlineNanos >= 0) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while waiting for the track.", e);
        }
    }

    private static long fewestReceived(List<SubscriberPeer> peers) {
        return peers.stream().mapToLong(SubscriberPeer::received).min().orElse(0);
    }

    private static void awaitEnd(List<SubscriberPeer> peers, int seconds) {
        try {
            CompletableFuture.allOf(peers.stream().map(SubscriberPeer::ended).toArray(CompletableFuture[]::new))
                    .get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // The time that was asked for is over, the track goes on.
        } catch (ExecutionException e) {
            throw new BenchException("The subscription failed (" + e.getCause() + "); look at the relay's log.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while receiving.", e);
        }
    }

    private static ReceptionReport report(SubscriberPeer peer, @Nullable Integer expectedLayers) {
        String ended = peer.ended().getNow("the time is over");
        String violation = peer.violation();
        ReceivedTrack received = peer.finish();
        LayersReport layers = LayersReport.of(received.frames(), expectedLayers);
        long incomplete = received.incompleteCount() + (layers == null ? 0 : layers.missingFrames());
        return new ReceptionReport(Subscribers.format(peer.localAddress()), received.objects().size(), received.duplicates(),
                received.corrupt(), received.streamsCutOff(), received.resetGroups().size() + received.unknownStreamsReset(),
                SinkSockets.dropsByPort().getOrDefault(peer.localAddress().getPort(), 0L), incomplete,
                HexFormat.of().formatHex(received.sha256()), Latency.of(received.latency()), ended, layers, violation);
    }
}
