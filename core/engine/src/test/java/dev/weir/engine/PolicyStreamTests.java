// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Subgroup streams as policies see them, and those that the kernel forwards and a policy ends in the middle.
class PolicyStreamTests {
    private static final FullTrackName TRACK = FullTrackName.of("live", "video");
    private static final long ALIAS = 9;
    private static final long PUBLISHER_STREAM = 2;
    private static final long FIRST_STREAM = 7;
    private static final long LOOK_NANOS = 50_000_000L;
    private static final long MOST_WAITING = 3 * LOOK_NANOS;

    private final ScriptedDataPlane plane = new ScriptedDataPlane();
    private final RecordingEndpoint publisherEnd = new RecordingEndpoint();
    private final RecordingEndpoint subscriberEnd = new RecordingEndpoint();
    private static final byte[] PAYLOAD = {7, 6, 5, 4, 3};

    private final List<byte[]> payloads = new ArrayList<>();
    private final byte[] stream = subgroup(new byte[0], new byte[1000], new byte[1000]);
    private long now = 1_000_000_000L;
    private final Relay relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, 1 << 20, () -> now);
    private final Session publisher = relay.newSession();
    private final Session subscriber = relay.newSession();
    private boolean congested;
    private InstalledPolicy policy;

    private static byte[] subgroup(byte[] properties, byte[]... payloads) {
        var header = SubgroupHeader.of(ALIAS, 5, SubgroupMode.ZERO, 0, null, true, true, properties.length > 0);
        var writer = new SubgroupObjectWriter(header);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        for (int i = 0; i < payloads.length; i++) {
            out.writeBytes(writer.object(i, properties, payloads[i]));
        }
        return out.toByteArray();
    }

    /// Lets everything begin, and ends what goes on while the test says so.
    private final class Ending implements FanoutPolicy {
        @Override
        public FrameParser frames() {
            return (media, payload) -> {
                byte[] bytes = new byte[payload.remaining()];
                payload.get(bytes);
                payloads.add(bytes);
                return new FrameContent(0, false);
            };
        }

        @Override
        public ObjectFilter filter() {
            return new ObjectFilter() {
                @Override
                public Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
                    return Verdict.forward();
                }

                @Override
                public Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
                    return lane.nowNanos() - object.media().arrivedNanos() > MOST_WAITING ? Verdict.drop("age") : Verdict.forward();
                }

                @Override
                public Verdict interrupt(FanoutObject object, LaneView lane, LaneState state) {
                    return congested ? Verdict.drop("congestion") : Verdict.forward();
                }
            };
        }
    }

    @BeforeEach
    void subscribe() {
        publisher.established(publisherEnd, FIRST_STREAM, 400, 100_000, 25);
        subscriber.established(subscriberEnd, FIRST_STREAM, 400, 100_000, 25);
        publisher.request(
                new RecordingEndpoint.Channel(0), new PublishNamespace(0, TrackNamespace.of("live"), Parameters.EMPTY));
        var request = new RecordingEndpoint.Channel(0);
        subscriber.request(request, new Subscribe(0, TRACK, Parameters.EMPTY));
        publisherEnd.upstream.opened(publisherEnd.upstreamChannel);
        publisherEnd.upstream.message(
                publisherEnd.upstreamChannel, new SubscribeOk(ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        subscriber.requestStreamAcknowledged(0);
        policy = relay.policies().install("ending", new Ending());
        relay.policies().assign(List.of(new Policies.Binding(policy, track -> true, Set.of())));
        relay.tick();
    }

    private void arrive(int from, int to, boolean fin) {
        publisher.streamData(PUBLISHER_STREAM, Arrays.copyOfRange(stream, from, to), to - from, fin);
    }

    private void look() {
        now += LOOK_NANOS;
        relay.tick();
    }

    /// Without the probes for packets that nobody acknowledges here.
    private List<String> resets() {
        return subscriberEnd.events.stream().filter(event -> event.startsWith("reset")).toList();
    }

    private Map<String, Long> drops() {
        return relay.policies().account(policy).droppedByUserSpace();
    }

    @Test
    void showsThePayloadOfTheFirstObject() {
        byte[] bytes = subgroup(new byte[0], PAYLOAD, new byte[9]);
        publisher.streamData(PUBLISHER_STREAM, bytes, bytes.length, true);

        assertThat(payloads).containsExactly(PAYLOAD);
    }

    /// Two bytes of properties: type 2 is even, so its value is an integer (draft-18 section 1.4.2).
    @Test
    void showsThePayloadBehindTheProperties() {
        byte[] bytes = subgroup(new byte[] {2, 100}, PAYLOAD, new byte[9]);
        publisher.streamData(PUBLISHER_STREAM, bytes, bytes.length, true);

        assertThat(payloads).containsExactly(PAYLOAD);
    }

    @Test
    void endsAStreamThatGoesOnWithTheSizeThatTheKernelHasSent() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 1100, false, FIRST_STREAM);
        arrive(0, 1100, false);
        look();
        assertThat(resets()).isEmpty();
        congested = true;
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 1100, 300, false, -1);
        look();
        assertThat(resets()).containsExactly("reset 7 code 2 size 1400");
        assertThat(plane.calls).contains("forget stream 2 of 1");
        assertThat(drops()).isEqualTo(Map.of("congestion", 1L));
        assertThat(relay.policies().account(policy).revoked()).as("so it is known to be forwarded as well").isEqualTo(1);
        assertThat(relay.statistics()).containsEntry("dropped.policy_reset", 1L);
    }

    @Test
    void sendsNothingMoreOfAStreamThatItHasEnded() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 1100, false, FIRST_STREAM);
        arrive(0, 1100, false);
        congested = true;
        look();
        arrive(1100, stream.length, true);
        look();
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        assertThat(resets()).hasSize(1);
        assertThat(drops()).isEqualTo(Map.of("congestion", 1L));
    }

    @Test
    void endsAStreamThatHasWaitedTooLongWithTheSizeThatBothHaveSent() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        arrive(0, 600, false);
        arrive(600, 1500, false); // the kernel has left these 900 bytes, and user space has room for some of them
        assertThat(subscriber.nextStreamFrame(300).offset()).isEqualTo(600);
        look();
        assertThat(resets()).isEmpty();
        plane.streamCopy(0, 1, 1, PUBLISHER_STREAM, 1500, 200, false, -1);
        arrive(1500, 1700, false);
        look();
        look();
        look();
        assertThat(resets()).containsExactly("reset 7 code 2 size 1700");
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
        assertThat(drops()).isEqualTo(Map.of("age", 1L));
        assertThat(relay.statistics()).containsEntry("dropped.policy_reset", 1L);
        assertThat(relay.auditor().audit().sums())
                .filteredOn(sum -> sum.name().equals("streams"))
                .allSatisfy(sum -> assertThat(sum.imbalance()).isZero());
    }

    @Test
    void endsAStreamThatNothingWasSentOfWithTheSizeZero() {
        arrive(0, 600, false);
        now += MOST_WAITING;
        look();
        assertThat(resets()).containsExactly("reset 7 code 2 size 0");
        arrive(600, stream.length, true);
        assertThat(subscriber.nextStreamFrame(1200)).isNull();
    }

    @Test
    void leavesAStreamAloneThatIsOnItsWayWhole() {
        plane.streamCopy(0, 1, 0, PUBLISHER_STREAM, 0, stream.length, true, FIRST_STREAM);
        arrive(0, stream.length, true);
        congested = true;
        look();
        assertThat(resets()).isEmpty();
        assertThat(drops()).isEmpty();
    }
}
