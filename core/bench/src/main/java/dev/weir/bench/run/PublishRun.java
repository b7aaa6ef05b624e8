// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.FrameLayer;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.wire.moqt.FullTrackName;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// `./weir publish`: one track to a relay somewhere.
public final class PublishRun {
    private PublishRun() {}

    /// Publishes until the media is over.
    ///
    /// @param options what and where to
    /// @param out for progress and the sum
    /// @return exit code: 0 if everything went out, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    public static int run(PublishOptions options, PrintWriter out) {
        MediaPlan media = media(options);
        TrackContent content = media.content(options.mode());
        FullTrackName track = FullTrackName.of(options.namespace(), options.track());
        try (var workspace = new Workspace()) {
            PeerLoop loop = workspace.keep(new PeerLoop("publisher"));
            PublisherPeer publisher = workspace.keep(PublisherPeer.connect(loop, options.relay().peerOptions(), track, options.mode()));
            int largest = publisher.largestPayload(content);
            ObjectSource source = workspace.keep(media.open(options.mode(), largest));
            if (media.remark(largest) != null) {
                DemoRun.say(out, media.remark(largest));
            }
            publisher.announce(content, options.offer());
            DemoRun.say(out, "Announced " + track + ", waiting for a subscriber …");
            awaitSubscriber(publisher, options);
            letSettle(options.settleSeconds());
            PublishedTrack sent;
            try (Progress _ = Progress.show(out, () -> publisher.sentObjects() + " objects published")) {
                sent = publisher.publish(source);
            }
            publisher.awaitQuiet();
            DemoRun.say(out, "Published %d objects%s, SHA-256 %s.".formatted(
                    sent.objects().size(), layers(sent), HexFormat.of().formatHex(sent.sha256())));
            if (!sent.failures().isEmpty()) {
                DemoRun.say(out, "Not sent: " + sent.failures() + ".");
            }
            return sent.failures().isEmpty() ? 0 : 1;
        }
    }

    private static MediaPlan media(PublishOptions options) {
        if (options.load() != null) {
            return new MediaPlan.Synthetic(options.load(), options.seconds());
        }
        return options.subgroups() == Subgroups.BY_LAYER
                ? MediaPlan.Layered.live(options.codec(), options.media(), options.seconds())
                : MediaPlan.Video.live(options.media(), options.seconds());
    }

    private static String layers(PublishedTrack sent) {
        if (sent.frames().isEmpty()) {
            return "";
        }
        return Arrays.stream(FrameLayer.values())
                .map(layer -> layer.name().toLowerCase(Locale.ROOT) + " " + sent.frames().getOrDefault(layer, 0L))
                .collect(Collectors.joining(", ", " (frames: ", ")"));
    }

    private static void letSettle(int seconds) {
        try {
            Thread.sleep(Duration.ofSeconds(seconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while waiting for further subscribers.", e);
        }
    }

    private static void awaitSubscriber(PublisherPeer publisher, PublishOptions options) {
        try {
            publisher.subscribed().get(options.waitSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new BenchException("Nobody subscribed within " + options.waitSeconds()
                    + " s; start './weir subscribe' with the same namespace and track, or wait longer with --wait.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchException known ? known : new BenchException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while waiting for a subscriber.", e);
        }
    }
}
