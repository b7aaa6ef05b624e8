// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.bench.report.RunReport;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One publisher, one relay process and any number of subscribers, in network namespaces of their own, for one track in one
/// delivery mode.
final class FanOutRun {
    private static final FullTrackName TRACK = FullTrackName.of(PublishOptions.DEFAULT_NAMESPACE, PublishOptions.DEFAULT_TRACK);
    private static final int SUBSCRIPTION_SECONDS = 15;
    private static final int END_SECONDS = 20;
    /// Every loss of a loss costs another timeout, each twice as long.
    private static final int END_SECONDS_UNDER_FAULTS = 120;

    private final Bed bed;
    private final Plan plan;
    private final PrintWriter out;

    /// Where runs take place; made once for several.
    ///
    /// @param workspace takes everything away in the end
    /// @param topology the namespaces
    /// @param certificate of the relay
    /// @param certificates its PEM files
    record Bed(Workspace workspace, Topology topology, DevelopmentCertificate certificate, DevelopmentCertificate.PemFiles certificates) {
        private static final int SUBSCRIBER_HOSTS = 3;

        /// @param prefix start of the namespaces' names
        static Bed make(Workspace workspace, String prefix) {
            Topology topology = workspace.keep(Topology.create(prefix, SUBSCRIBER_HOSTS));
            // A packet whose checksum is still to be written by a device, as veth has it, is none that the kernel may copy.
            topology.transmitChecksumOffload(false);
            DevelopmentCertificate certificate = DevelopmentCertificate.create();
            try {
                return new Bed(workspace, topology, certificate, certificate.writePem(workspace.folder()));
            } catch (IOException e) {
                throw new BenchException("Cannot write the relay's certificate to " + workspace.folder() + " (" + e.getMessage()
                        + "); make room there.", e);
            }
        }

        Trust trust() {
            return new Trust.Pinned(List.of(certificate.certificate()));
        }
    }

    /// What to do.
    ///
    /// @param subscribers how many
    /// @param mode how objects travel
    /// @param path who makes the copies
    /// @param media what is published
    /// @param warmUpSeconds at the beginning, not to be measured
    /// @param pcap folder for captures and key logs; null: none
    /// @param faults how unkind the network is while media flows; null: not at all
    /// @param delay what every packet to and from subscribers waits on its way
    /// @param arrivals watches objects arrive; null: nobody does
    record Plan(
            int subscribers,
            DeliveryMode mode,
            RelayPath path,
            MediaPlan media,
            int warmUpSeconds,
            @Nullable Path pcap,
            @Nullable NetworkFaults faults,
            Duration delay,
            @Nullable ArrivalLog arrivals) {
        /// Without delay, and without anybody who watches.
        Plan(int subscribers, DeliveryMode mode, RelayPath path, MediaPlan media, int warmUpSeconds, @Nullable Path pcap,
                @Nullable NetworkFaults faults) {
            this(subscribers, mode, path, media, warmUpSeconds, pcap, faults, Duration.ZERO, null);
        }

        String modeWord() {
            return mode.name().toLowerCase(Locale.ROOT);
        }

        @Nullable Path captureFolder() {
            return pcap == null ? null : pcap.resolve(modeWord());
        }
    }

    FanOutRun(Bed bed, Plan plan, PrintWriter out) {
        this.bed = bed;
        this.plan = plan;
        this.out = out;
    }

    /// Does it.
    ///
    /// @return what was measured
    /// @throws BenchException if it cannot be done
    RunReport run() {
        Workspace workspace = bed.workspace();
        Topology topology = bed.topology();
        RelayProcess relay = workspace.keep(RelayProcess.start(topology.relay().commandLine(), plan.path(),
                bed.certificates().certificate(), bed.certificates().key(), workspace.folder()));
        PeerLoop publisherLoop = workspace.keep(new PeerLoop("publisher"));
        Captures captures = plan.captureFolder() == null ? null
                : workspace.keep(Captures.start(topology.subscribers(), plan.captureFolder()));
        try {
            return run(relay, publisherLoop, captures);
        } finally {
            workspace.releaseAll(FaultyNetwork.class);
            workspace.releaseAll(DelayedPaths.class);
            if (captures != null) {
                workspace.release(captures);
            }
            workspace.release(publisherLoop);
            workspace.release(relay);
        }
    }

    private RunReport run(RelayProcess relay, PeerLoop publisherLoop, @Nullable Captures captures) {
        TrackContent content = plan.media().content(plan.mode());
        Host host = bed.topology().publisher();
        PeerOptions options = PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), bed.trust());
        try (PublisherPeer publisher = Subscribers.inside(host,
                () -> PublisherPeer.connect(publisherLoop, options, TRACK, plan.mode()))) {
            publisher.announce(content, false);
            DelayedPaths paths = plan.delay().isZero() ? null
                    : bed.workspace().keep(DelayedPaths.begin(bed.topology().subscribers(), plan.delay()));
            var access = new Subscribers.Access(bed.trust(), plan.captureFolder(), paths, plan.arrivals());
            try (ObjectSource source = plan.media().open(plan.mode(), publisher.largestPayload(content));
                    Subscribers subscribers = Subscribers.connect(
                            bed.topology().subscribers(), plan.subscribers(), request(), access)) {
                awaitSubscription(publisher);
                FaultyNetwork network = plan.faults() == null ? null
                        : bed.workspace().keep(FaultyNetwork.begin(bed.topology(), plan.faults(), plan.mode()));
                Measurement measurement = Measurement.begin(relay);
                PublishedTrack sent = publish(publisher, source, subscribers, measurement);
                boolean ended = subscribers.awaitEnd(network == null ? END_SECONDS : END_SECONDS_UNDER_FAULTS);
                measurement.end();
                return new RunAnalysis(plan, sent, measurement, relay.path(), network)
                        .lostOnTheWay(paths == null ? Map.of() : paths.lost(subscribers.ports()))
                        .publisher(publisher, plan.media().remark(publisher.largestPayload(content)))
                        .subscribers(subscribers, ended)
                        .playable(receivedFile())
                        .captured(captures == null ? 0 : captures.finish(subscribers.members()))
                        .report();
            }
        }
    }

    private SubscriberPeer.Request request() {
        // A group of synthetic objects is one second.
        return new SubscriberPeer.Request(TRACK, null, new Location(0, 0), receivedFile(), plan.warmUpSeconds());
    }

    /// What the first subscriber put together, to be played.
    private @Nullable Path receivedFile() {
        return plan.media() instanceof MediaPlan.Video
                ? bed.workspace().folder().resolve("received-" + plan.modeWord() + ".mp4") : null;
    }

    private PublishedTrack publish(PublisherPeer publisher, ObjectSource source, Subscribers subscribers, Measurement measurement) {
        long began = System.nanoTime();
        int seconds = plan.media().seconds();
        Supplier<String> progress = () -> "%s through %s: %d of %d s, %d objects published, %d at the slowest of %d subscribers".formatted(
                plan.mode(), measurement.path(), Math.min(seconds, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)),
                seconds, publisher.sentObjects(), subscribers.fewestReceived(), plan.subscribers());
        try (Progress _ = Progress.show(out, progress)) {
            if (plan.warmUpSeconds() > 0) {
                measurement.restartAfter(plan.warmUpSeconds());
            }
            return publisher.publish(source);
        }
    }

    private static void awaitSubscription(PublisherPeer publisher) {
        try {
            publisher.subscribed().get(SUBSCRIPTION_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("The relay did not ask the publisher for its track, although there are subscribers;"
                    + " look at its log.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while waiting for the relay's subscription.", e);
        }
    }
}
