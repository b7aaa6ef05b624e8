// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.media.FrameLayer;
import dev.weir.bench.media.LayeredSource;
import dev.weir.bench.media.VideoCodec;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// priority-threshold and a real video, through a relay of its own that has all from its configuration file: a subscriber of
/// class `low` gets the two layers that other frames need, one of class `high` gets all three, and every object and stream that
/// either does not get is in the kernel's account.
@RequiresRoot
@RequiresBpf
class LayerPolicyIT {
    private static final int PORT = 4433;
    private static final int SECONDS = 4;
    private static final int LOW = 0;
    private static final int HIGH = 1;
    /// An assignment for each class: then each subscriber has an account of its own.
    private static final String CONFIGURATION = """
            weir:
              classes:
                - {name: low, addresses: [10.77.1.0/24]}
                - {name: high, addresses: [10.77.2.0/24]}
              assignments:
                - {policy: priority-threshold, tracks: "layers/**", classes: [low]}
                - {policy: priority-threshold, tracks: "layers/**", classes: [high]}
              policies:
                priority-threshold:
                  limits: {low: low, high: high}
            """;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path directory;

    private static Topology topology;

    private final PeerLoop publisherLoop = new PeerLoop("publisher");
    private final PeerLoop subscriberLoop = new PeerLoop("subscribers");
    private WeirProcess relay;
    private Path control;
    private Statistics statistics;

    @BeforeAll
    static void makeTopology() {
        topology = Topology.create("wt8-layers", 2);
        topology.transmitChecksumOffload(false);
    }

    @AfterAll
    static void removeTopology() {
        topology.close();
    }

    @BeforeEach
    void startRelay() throws Exception {
        Path configuration = Files.writeString(directory.resolve("weir.yml"), CONFIGURATION);
        control = directory.resolve("control.sock");
        statistics = new Statistics(directory.resolve("stats.json"));
        relay = WeirProcess.serve(topology.relay(), "--path", "kernel", "--config", configuration.toString(), "--control",
                control.toString(), "--stats", statistics.file().toString());
    }

    @AfterEach
    void stopRelay() {
        publisherLoop.close();
        subscriberLoop.close();
        relay.close();
    }

    @ParameterizedTest
    @CsvSource({"STREAM, H264", "STREAM, VP8", "DATAGRAM, H264", "DATAGRAM, VP8"})
    void everyClassGetsItsLayers(DeliveryMode mode, VideoCodec codec) throws Exception {
        FullTrackName track = FullTrackName.of("layers/of", mode + "-" + codec);
        PublishedTrack sent;
        ReceivedTrack low;
        ReceivedTrack high;
        try (PublisherPeer publisher = publisher(track, mode); LayeredSource source = source(publisher, codec);
                SubscriberPeer poor = subscriber(track, LOW); SubscriberPeer rich = subscriber(track, HIGH)) {
            await().until(() -> statistics.get("subscriptions.active") == 2 && statistics.get("lane_lists.stale") == 0);
            sent = publisher.publish(source);
            poor.ended().get(30, TimeUnit.SECONDS);
            rich.ended().get(30, TimeUnit.SECONDS);
            assertThat(publisher.violation()).isNull();
            assertThat(poor.violation()).isNull();
            assertThat(rich.violation()).isNull();
            low = poor.finish();
            high = rich.finish();
        }

        assertThat(sent.failures()).isEmpty();
        assertThat(sent.frames()).containsOnlyKeys(FrameLayer.values()).allSatisfy((_, frames) -> assertThat(frames).isGreaterThanOrEqualTo(SECONDS));
        assertLayers(high, sent, FrameLayer.COUNT);
        assertThat(high.sha256()).isEqualTo(sent.sha256());
        assertLayers(low, sent, FrameLayer.COUNT - 1);
        assertAccounts(mode, sent, low, high);
        Books.assertBalanced(control);
        List<String> all = pictures(file(HIGH));
        assertThat(all).hasSize(30 * SECONDS);
        assertThat(pictures(file(LOW))).hasSize((int) low.frames().decodable()).isSubsetOf(all);
    }

    /// All frames of the first layers, each decodable, and no object of the others.
    private static void assertLayers(ReceivedTrack received, PublishedTrack sent, int layers) {
        FrameCounts frames = received.frames();
        assertThat(frames.layers()).allSatisfy(layer -> {
            long expected = layer.layer().ordinal() < layers ? sent.frames().get(layer.layer()) : 0;
            assertThat(layer.frames()).as("%s", frames).isEqualTo(expected);
            assertThat(layer.decodable()).as("%s", frames).isEqualTo(expected);
        });
        assertThat(frames.missing(layers)).isZero();
        assertThat(frames.unexpected(layers)).isZero();
        assertThat(received.duplicates()).isZero();
        assertThat(received.streamsCutOff()).isZero();
        assertThat(received.resetGroups()).isEmpty();
    }

    /// Received + dropped = published, of objects in DATAGRAM mode and of streams in STREAM mode; all by the kernel.
    private void assertAccounts(DeliveryMode mode, PublishedTrack sent, ReceivedTrack low, ReceivedTrack high) {
        CommandResult answer = Launcher.run("policy", "stats", "--output", "json", "--relay-control", control.toString());
        JsonNode accounts = JSON.readTree(answer.orThrow().output()).path("statistics");
        long published = mode == DeliveryMode.DATAGRAM ? sent.objects().size() : sent.streams();
        long lowGot = mode == DeliveryMode.DATAGRAM ? low.objects().size() : low.streamsFinished();
        long highGot = mode == DeliveryMode.DATAGRAM ? high.objects().size() : high.streamsFinished();

        assertThat(highGot).isEqualTo(published);
        assertThat(lowGot).isPositive().isLessThan(published);
        assertAccount(accounts.path(LOW), lowGot, published - lowGot);
        assertAccount(accounts.path(HIGH), highGot, 0);
        long droppable = high.frames().layers().getLast().objects();
        assertThat(low.objects()).hasSize(sent.objects().size() - (int) droppable);
    }

    private static void assertAccount(JsonNode account, long forwarded, long dropped) {
        assertThat(account.path("forwardedByKernel").asLong()).as("%s", account).isEqualTo(forwarded);
        assertThat(account.path("droppedByKernel").path("priority").asLong()).as("%s", account).isEqualTo(dropped);
        assertThat(account.path("forwardedByUserSpace").asLong()).as("%s", account).isZero();
        assertThat(account.path("droppedByUserSpace").size()).as("%s", account).isZero();
    }

    private PublisherPeer publisher(FullTrackName track, DeliveryMode mode) throws Exception {
        Host host = topology.publisher();
        return host.namespace().call(() -> PublisherPeer.connect(publisherLoop, relayFrom(host), track, mode));
    }

    private static LayeredSource source(PublisherPeer publisher, VideoCodec codec) {
        publisher.announce(codec.content(), false);
        return new LayeredSource(Ffmpeg.frames(codec, null, SECONDS), codec, publisher.largestPayload(codec.content()));
    }

    private SubscriberPeer subscriber(FullTrackName track, int number) throws Exception {
        Host host = topology.subscribers().get(number);
        var request = new SubscriberPeer.Request(track, null, null, file(number), 0);
        SubscriberPeer peer = host.namespace().call(() -> SubscriberPeer.connect(subscriberLoop, relayFrom(host), request));
        peer.subscribe();
        return peer;
    }

    private static PeerOptions relayFrom(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), PORT), new Trust.Insecure());
    }

    private static Path file(int number) {
        return directory.resolve("received-" + number);
    }

    /// MD5 sums of the decoded pictures; the decoder must not complain.
    private static List<String> pictures(Path file) {
        CommandResult decoded = CommandResult.of(
                "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", file.toString(), "-f", "framemd5", "-").orThrow();
        assertThat(decoded.errors()).isEmpty();
        return decoded.output().lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
    }
}
