// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.FrameLayer;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.TimelyFrames;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.BottleneckReport;
import dev.weir.bench.report.Latency;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One publisher and one subscriber of a video that is published by layer, with a narrow link between relay and subscriber.
final class BottleneckRun {
    private static final int SUBSCRIPTION_SECONDS = 15;
    private static final int MILLIS = 1000;

    private final PolicyBed bed;
    private final Plan plan;
    private final FullTrackName track;

    /// What to do.
    ///
    /// @param repetition from 1
    /// @param mode how objects travel
    /// @param media what is published
    /// @param bitsPerSecond rate of the narrow link
    /// @param rttMillis round-trip time of the path behind it
    /// @param queueMillis the longest that a packet waits before it
    /// @param deadlineMillis what comes later does not count
    record Plan(int repetition, DeliveryMode mode, MediaPlan.Layered media, long bitsPerSecond, int rttMillis, int queueMillis,
            int deadlineMillis) {}

    /// @param track name of a track that no other run has
    BottleneckRun(PolicyBed bed, Plan plan, String track) {
        this.bed = bed;
        this.plan = plan;
        this.track = FullTrackName.of(PublishOptions.DEFAULT_NAMESPACE, track);
    }

    /// Does it.
    ///
    /// @param policyName for the report
    /// @param policy serves the subscriber; null: none
    /// @return what was measured
    BottleneckReport run(String policyName, PolicyRelay.@Nullable Installed policy) {
        Host host = bed.topology().subscribers().getFirst();
        bed.relay().assign(policy);
        try (Bottleneck bottleneck = Bottleneck.put(bed.topology().relay(), host, plan.bitsPerSecond(), plan.queueMillis());
                DelayProxy path = path(host);
                PeerLoop publisherLoop = new PeerLoop("publisher");
                PeerLoop subscriberLoop = new PeerLoop("subscriber");
                PublisherPeer publisher = publisher(publisherLoop)) {
            TrackContent content = plan.media().content(plan.mode());
            publisher.announce(content, false);
            var frames = new TimelyFrames(TimeUnit.MILLISECONDS.toMicros(plan.deadlineMillis()));
            try (ObjectSource source = plan.media().open(plan.mode(), publisher.largestPayload(content));
                    SubscriberPeer subscriber = subscriber(subscriberLoop, host, path, frames)) {
                subscriber.subscribe();
                awaitSubscription(publisher);
                RelayStatistics before = bed.relay().statistics();
                PublishedTrack sent = publisher.publish(source);
                awaitEnd(subscriber);
                RelayStatistics after = bed.relay().statistics();
                return report(policyName, policy, sent, subscriber.finish(), frames, after.since(before), bottleneck.lostPackets());
            }
        } finally {
            bed.relay().assign(null);
        }
    }

    private PublisherPeer publisher(PeerLoop loop) {
        Host host = bed.topology().publisher();
        PeerOptions options = PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), bed.trust());
        return Subscribers.inside(host, () -> PublisherPeer.connect(loop, options, track, plan.mode()));
    }

    /// The rest of the way, on the subscriber's host: behind the narrow link.
    private DelayProxy path(Host host) {
        Duration oneWay = Duration.ofMillis(plan.rttMillis()).dividedBy(2);
        return DelayProxy.on(host, RelayProcess.PORT, Delay.of(plan.repetition(), oneWay));
    }

    private SubscriberPeer subscriber(PeerLoop loop, Host host, DelayProxy path, TimelyFrames frames) {
        var relay = new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT);
        PeerOptions options = PeerOptions.of(plan.rttMillis() == 0 ? relay : path.address(), bed.trust());
        var request = new SubscriberPeer.Request(track, null, null, null, 0, frames::add);
        return Subscribers.inside(host, () -> SubscriberPeer.connect(loop, options, request));
    }

    private static void awaitSubscription(PublisherPeer publisher) {
        try {
            publisher.subscribed().get(SUBSCRIPTION_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("The relay did not ask the publisher for its track, although there is a subscriber.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while waiting for the relay's subscription.", e);
        }
    }

    /// Whatever comes after the deadline does not count, so it is not waited for.
    private void awaitEnd(SubscriberPeer subscriber) {
        try {
            subscriber.ended().get(plan.deadlineMillis() + MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Too much is on its way still.
        } catch (ExecutionException e) {
            throw new BenchException("The subscription failed (" + e.getCause() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while receiving.", e);
        }
    }

    private BottleneckReport report(String policyName, PolicyRelay.@Nullable Installed policy, PublishedTrack sent,
            ReceivedTrack received, TimelyFrames frames, RelayStatistics relay, long lostPackets) {
        PolicyRelay.Decisions decisions = policy == null ? PolicyRelay.Decisions.NONE : policy.decisions();
        Map<String, Long> relayDrops = new TreeMap<>(relay.under("dropped."));
        relayDrops.keySet().removeIf(reason -> reason.startsWith("policy"));
        return new BottleneckReport(plan.bitsPerSecond(), plan.mode().name().toLowerCase(Locale.ROOT), policyName,
                policy == null ? "" : policy.form(), plan.repetition(), byName(sent.frames()), byName(frames.decodable()), sent.objects().size(),
                received.objects().size(), decisions.forwarded(), decisions.dropped(), relayDrops, lostPackets,
                Latency.of(received.latency()));
    }

    private static Map<String, Long> byName(Map<FrameLayer, Long> counts) {
        var result = new TreeMap<String, Long>();
        counts.forEach((layer, count) -> result.put(layer.name().toLowerCase(Locale.ROOT), count));
        return result;
    }
}
