// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.system.PolicyTrack.Item;
import dev.weir.engine.PathMode;
import dev.weir.plugins.chat.ChatProvider;
import dev.weir.plugins.congestionpriority.CongestionPriorityProvider;
import dev.weir.plugins.keyframegate.KeyframeGateProvider;
import dev.weir.plugins.latestonly.LatestOnlyProvider;
import dev.weir.plugins.passall.PassAllProvider;
import dev.weir.plugins.prioritythreshold.PriorityThresholdProvider;
import dev.weir.plugins.ratebudget.RateBudgetProvider;
import dev.weir.plugins.rtp.RtpCodec;
import dev.weir.plugins.rtp.RtpProvider;
import dev.weir.plugins.temporallayers.TemporalLayersProvider;
import dev.weir.plugins.vp8descriptor.Vp8DescriptorProvider;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.Verdict;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.testkit.peer.KwikPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The bundled policies on a running relay, all at the same time: what arrives is what their hooks in Java say.
@RequiresRoot
@RequiresBpf
class BundledPoliciesIT {
    /// An RTP header (RFC 3550): version 2, payload type 96, timestamp, source.
    private static final String RTP = "80e00001" + "fffefdfc" + "12345678";

    private static Topology topology;

    @BeforeAll
    static void connect() {
        topology = Topology.create("wt3-bund", 1);
    }

    @AfterAll
    static void disconnect() {
        topology.close();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /// VP8 payloads (RFC 7741) of a key frame, of temporal layers 2 and 1, and one without a layer.
    private static List<Item> vp8(String before) {
        return PolicyTrack.withPayloads(hex(before + "90e08123070000"), hex(before + "90e08124078001"),
                hex(before + "90e08125074001"), hex(before + "1001"));
    }

    /// H.264 payloads (RFC 6184): an IDR slice, a slice that others need, one that none needs.
    static List<Item> h264() {
        return PolicyTrack.withPayloads(hex(RTP + "65b8"), hex(RTP + "41aa"), hex(RTP + "01aa"));
    }

    /// Group 1 comes without its key frame, and some of it only after the key frame of group 2.
    private static List<Item> overtaken() {
        var items = new ArrayList<Item>();
        var late = new ArrayList<Item>();
        for (Item item : PolicyTrack.layered()) {
            if (item.group() == 1 && item.object() > 5) {
                late.add(item);
            } else if (item.group() != 1 || item.object() != 0) {
                items.add(item);
            }
            if (item.group() == 2 && item.object() == 1) {
                items.addAll(late);
            }
        }
        return items;
    }

    static PolicyTrack datagrams(String name, FanoutPolicy policy, List<Item> items) {
        return new PolicyTrack(name, policy, DeliveryMode.DATAGRAM, items);
    }

    private static PolicyTrack layered(String name, FanoutPolicy policy) {
        return datagrams(name, policy, PolicyTrack.layered());
    }

    private static List<PolicyTrack> tables() {
        var low = new TemporalLayersProvider().create(new TemporalLayersProvider.Config(2, Map.of(), null, List.of()));
        return List.of(
                layered("pass-all", new PassAllProvider().create(new PassAllProvider.Config())),
                layered("chat", new ChatProvider().create(new ChatProvider.Config())),
                layered("latest-only", new LatestOnlyProvider()
                        .create(new LatestOnlyProvider.Config(Duration.ofMinutes(1), Map.of()))),
                layered("priority-threshold", new PriorityThresholdProvider()
                        .create(new PriorityThresholdProvider.Config("low", Map.of()))),
                layered("temporal-layers", low),
                new PolicyTrack("temporal-layers-streams", low, DeliveryMode.STREAM, PolicyTrack.layered()));
    }

    /// Those with a program; of the same one, one after the other.
    static List<PolicyTrack> programs() {
        var congestion = new CongestionPriorityProvider.Config(null, List.of(), List.of(), null, null, null);
        var gate = new KeyframeGateProvider().create(new KeyframeGateProvider.Config(null));
        var vp8 = new Vp8DescriptorProvider().create(new Vp8DescriptorProvider.Config(2, Map.of()));
        return List.of(
                layered("congestion-priority", new CongestionPriorityProvider().create(congestion)),
                datagrams("keyframe-gate", gate, overtaken()),
                new PolicyTrack("keyframe-gate-streams", gate, DeliveryMode.STREAM, overtaken()),
                datagrams("vp8-descriptor", vp8, vp8("")),
                datagrams("rtp-vp8", rtp(RtpCodec.VP8), vp8(RTP)),
                datagrams("rtp-h264", rtp(RtpCodec.H264), h264()));
    }

    static FanoutPolicy rtp(RtpCodec codec) {
        return new RtpProvider().create(new RtpProvider.Config(codec, 1, Map.of()));
    }

    @ParameterizedTest
    @EnumSource(value = PathMode.class, names = {"KERNEL", "USERSPACE"})
    void whatArrivesIsWhatTheHooksSay(PathMode path) throws Exception {
        var tracks = new ArrayList<>(tables());
        tracks.addAll(programs());
        try (var run = new PolicyRun(topology, path, tracks)) {
            run.check(run.publish());
        }

        assertThat(tracks.stream()
                        .filter(track -> track.verdicts(1).stream().anyMatch(Verdict.Drop.class::isInstance))
                        .map(PolicyTrack::name))
                .as("policies that had something to drop")
                .containsExactly("priority-threshold", "temporal-layers", "temporal-layers-streams", "keyframe-gate",
                        "keyframe-gate-streams", "vp8-descriptor", "rtp-vp8", "rtp-h264");
    }

    /// When a budget ends cannot be told beforehand: a bucket of 4096 bytes, a quarter of which is for what is more urgent, holds
    /// about ten of the packets.
    @ParameterizedTest
    @EnumSource(value = PathMode.class, names = {"KERNEL", "USERSPACE"})
    void aBudgetEnds(PathMode path) throws Exception {
        var config = new RateBudgetProvider.Config(8, Map.of(), Duration.ZERO);
        PolicyTrack track = layered("rate-budget", new RateBudgetProvider().create(config));
        try (var run = new PolicyRun(topology, path, List.of(track))) {
            KwikPeer subscriber = run.publish();

            var account = run.account(0);
            long forwarded = account.forwardedByKernel() + account.forwardedByUserSpace();
            assertThat(forwarded).isBetween(5L, 18L);
            assertThat(path == PathMode.KERNEL ? account.droppedByKernel() : account.droppedByUserSpace())
                    .isEqualTo(Map.of("budget", track.items().size() - forwarded));
            await().untilAsserted(() -> assertThat(subscriber.datagrams).hasSize((int) forwarded));
            Books.assertBalanced(run.relay::audit);
        }
    }
}
