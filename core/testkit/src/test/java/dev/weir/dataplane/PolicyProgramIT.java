// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Credit;
import dev.weir.abi.Measure;
import dev.weir.abi.WeirReason;
import dev.weir.dataplane.TrackSpec.Subscriber;
import dev.weir.kernel.LoadedObject;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.testkit.RequiresRoot;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Policies with programs of their own: what the programs see, and what becomes of what they say.
@RequiresRoot
class PolicyProgramIT {
    private static final long ALIAS = 300;
    private static final int FORWARD = 15;
    private static final int HASH_FACTOR = 31;

    /// Writes what it sees of an object where a test can read it; the picture is a hash over all bytes of the payload.
    private static final String OBJECT_WATCHER = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_OBJECT(object, payload, config)
            {
                __u64 hash = payload->length;

                for (int i = 0; i < 128; i++)
                    hash = hash * 31 + payload->bytes[i];
                object->picture = hash;
                object->layer = config->words[0];
            }
            WEIR_FILTER(object, lane, track, shared, config)
            {
                track->words[0] = object->picture;
                track->words[1] = object->object;
                track->words[2] = object->subgroup;
                track->words[3] = object->group;
                track->words[4] = object->size;
                track->words[5] = object->mode | object->priority << 8 | object->layer << 16 | object->is_independent << 24;
                track->words[6] = object->index;
                track->words[7] = object->restart;
                return WEIR_FORWARD;
            }
            """;
    private static final String LANE_WATCHER = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_FILTER(object, lane, track, shared, config)
            {
                track->words[0] = lane->congestion_window;
                track->words[1] = lane->bytes_in_flight;
                track->words[2] = lane->sent_bytes;
                track->words[3] = lane->smoothed_rtt_ns;
                track->words[4] = lane->delay_ns;
                track->words[5] = lane->jitter_ns;
                track->words[6] = (__u64)lane->loss_per_million << 32 | lane->lane_class << 16 | lane->subscriber_priority;
                track->words[7] = lane->now_ns - object->arrived_ns;
                return WEIR_FORWARD;
            }
            """;
    /// Returns what the configuration says for the object's priority, whether it means something or not.
    private static final String PARROT = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_FILTER(object, lane, track, shared, config)
            {
                track->words[0]++;
                shared->words[0]++;
                return config->words[object->priority & 31];
            }
            """;
    private static final int OBJECTS = 1;
    private static final int LANES = 2;
    private static final int PARROTS = 3;
    private static final int EMPTY = 4;

    private static CopyCapture capture;
    private DataPlane plane;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    @BeforeEach
    void openPlane() {
        LoadedObject linked = PolicyMaps.link(OBJECT_WATCHER, LANE_WATCHER, PARROT);
        plane = new DataPlane(capture, false, linked);
        for (int i = 0; i < 4; i++) {
            plane.lane(LaneSpec.ipv4(i));
        }
    }

    @AfterEach
    void closePlane() {
        plane.close();
    }

    private LaneState oneLaneAsks(int slot, boolean looksAtObjects, long... config) {
        plane.policies().program(1, slot, looksAtObjects, config);
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1)));
        return plane.policies().state(1, 0);
    }

    private static byte[] object(long group, int priority) {
        return Media.object(ALIAS, group, 0, priority, new byte[40]);
    }

    private static byte[] counting(int length) {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i + 1);
        }
        return bytes;
    }

    /// What the program computes over the payload, of which it sees the beginning.
    private static long hash(byte[] payload) {
        long hash = Math.min(payload.length, FrameParser.VISIBLE_BYTES);
        for (int i = 0; i < FrameParser.VISIBLE_BYTES; i++) {
            hash = hash * HASH_FACTOR + (i < payload.length ? payload[i] & 0xff : 0);
        }
        return hash;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000, 1400})
    void aProgramSeesADatagramObject(int length) throws Exception {
        var state = oneLaneAsks(OBJECTS, true, 6);
        byte[] datagram = Media.object(ALIAS, 70_000, 5, 33, counting(length));

        var outcome = plane.send(Media.datagram(datagram), Bytes.filled(20, 1));

        assertThat(outcome.recorded().entry(0).rulings()).isEqualTo(FORWARD);
        assertThat(words(state)).containsExactly(
                hash(counting(length)), 5L, 0L, 70_000L, (long) datagram.length, 2 | 33 << 8 | 6 << 16L, 70_000L, 70_000L);
    }

    private static long[] words(LaneState state) {
        return IntStream.range(0, LaneState.WORDS).mapToLong(state::word).toArray();
    }

    @Test
    void thePayloadOfADatagramIsBehindItsProperties() throws Exception {
        var state = oneLaneAsks(OBJECTS, true, 6);
        byte[] header = Bytes.concat(Media.vi64(ALIAS), new byte[] {4, 5, 33});

        plane.send(Media.datagram(Bytes.concat(new byte[] {1}, header, new byte[] {2, 0x3e, 2}, counting(90))));
        assertThat(state.word(0)).isEqualTo(hash(counting(90)));

        plane.send(Media.datagram(Bytes.concat(new byte[] {0x20}, header, new byte[] {3})), Bytes.filled(30, 1));
        assertThat(state.word(0)).as("an object with a status has none").isEqualTo(hash(new byte[0]));
    }

    @Test
    void onlyAnObjectThatIsAskedForIsLookedAt() throws Exception {
        var state = oneLaneAsks(OBJECTS, false, 6);

        plane.send(Media.datagram(Media.object(ALIAS, 2, 0, 33, counting(9))));

        assertThat(state.word(0)).as("picture").isEqualTo(-1);
        assertThat(state.word(5)).isEqualTo(2 | 33 << 8 | 1 << 24);
    }

    /// A subgroup's stream with the first object, and a second one behind it.
    private static byte[] subgroup(int type, byte[] subgroupId, long firstObject, byte[] properties, byte[] payload) {
        byte[] header = Bytes.concat(new byte[] {(byte) type}, Media.vi64(ALIAS), Media.vi64(9), subgroupId, new byte[] {7});
        byte[] first = Bytes.concat(Media.vi64(firstObject), properties, Media.vi64(payload.length), payload);
        return Bytes.concat(header, first, new byte[] {0}, properties, new byte[] {3, 9, 9, 9});
    }

    @Test
    void aProgramSeesTheFirstObjectOfASubgroup() throws Exception {
        byte[] none = {};
        byte[] payload = counting(77);
        var state = oneLaneAsks(OBJECTS, true, 2);

        plane.send(Media.stream(2, 0, subgroup(0x10, none, 4, none, payload), false));
        assertThat(words(state)).containsExactly(hash(payload), 4L, 0L, 9L, 0L, 1 | 7 << 8 | 2 << 16L, 9L, 9L);

        plane.send(Media.stream(6, 0, subgroup(0x12, none, 4, none, payload), false));
        assertThat(state.word(2)).as("subgroup ID: the first object's").isEqualTo(4);

        plane.send(Media.stream(10, 0, subgroup(0x14, Media.vi64(3000), 4, none, payload), false));
        assertThat(state.word(2)).as("subgroup ID: explicit").isEqualTo(3000);

        plane.send(Media.stream(14, 0, subgroup(0x51, none, 0, new byte[] {2, 0x3e, 2}, payload), false));
        assertThat(words(state)).as("with properties")
                .containsExactly(hash(payload), 0L, 0L, 9L, 0L, 1 | 7 << 8 | 2 << 16 | 1L << 24, 9L, 9L);
    }

    @Test
    void aProgramSeesAsMuchOfTheFirstObjectAsThereIs() throws Exception {
        byte[] none = {};
        byte[] whole = subgroup(0x10, none, 4, none, counting(90));
        int beforePayload = 1 + 2 + 1 + 1 + 1 + 1;
        var state = oneLaneAsks(OBJECTS, true, 2);

        plane.send(Media.stream(2, 0, whole, false));
        assertThat(state.word(0)).isEqualTo(hash(counting(90)));

        plane.send(Media.stream(6, 0, Arrays.copyOf(whole, beforePayload + 50), false), Bytes.filled(30, 1));
        assertThat(state.word(0)).as("cut in the payload").isEqualTo(hash(counting(50)));
        assertThat(state.word(1)).isEqualTo(4);

        plane.send(Media.stream(10, 0, Arrays.copyOf(whole, beforePayload - 1), false), Bytes.filled(30, 1));
        assertThat(state.word(0)).as("cut in the object's header").isEqualTo(hash(none));
        assertThat(state.word(1)).isZero();

        plane.send(Media.stream(14, 0, Media.subgroup(ALIAS, 9, 7), false), Bytes.filled(30, 1));
        assertThat(state.word(0)).as("nothing but the subgroup's header").isEqualTo(hash(none));
    }

    @Test
    void aProgramSeesTheLane() throws Exception {
        var state = oneLaneAsks(LANES, false);
        var measure = plane.policies().measure(0);
        Measure.smoothedRttNs(measure, 25_000_000);
        Measure.delayNs(measure, 3_000_000);
        Measure.jitterNs(measure, 400_000);
        Measure.lossPerMillion(measure, 12_345);
        plane.policies().laneClass(0, "high");
        Credit.sentBytes(plane.credit(0), 1_000_000);

        int size = plane.send(Media.datagram(object(1, 1))).copy(0).size();
        plane.send(Media.datagram(object(2, 1)));

        assertThat(words(state)).containsExactly(1L << 60, (long) size, 1_000_000L + size, 25_000_000L, 3_000_000L,
                400_000L, 12_345L << 32 | 2 << 16 | MapWriter.SUBSCRIBER_PRIORITY, 0L);
    }

    @Test
    void anyAnswerMeansSomething() throws Exception {
        int drop = 1;
        oneLaneAsks(PARROTS, false, 0, drop | 1 << 8, drop | 14 << 8, drop | 15 << 8, drop, 2, 3, 1L << 31, drop | 0xfffL << 8,
                -1, 0x100);
        byte[][] frames = IntStream.range(0, 11).mapToObj(i -> Media.datagram(object(1, i))).toArray(byte[][]::new);

        var entry = plane.send(frames).recorded().entry(0);

        // Forward; drops with reasons 1 and 14, beyond 14, and without one; deferred; and what is none of these.
        assertThat(entry.rulings()).isEqualTo(nibbles(FORWARD, 1, 14, 14, 14, 0, 0, 0, 14, 0, 0));
        assertThat(entry.forwarded()).isEqualTo(1);
        assertThat(entry.reason()).isEqualTo(WeirReason.POLICY);
    }

    private static long nibbles(int... rulings) {
        long result = 0;
        for (int i = 0; i < rulings.length; i++) {
            result |= (long) rulings[i] << 4 * i;
        }
        return result;
    }

    @Test
    void whatIsDeferredIsLeftToUserSpace() throws Exception {
        var state = oneLaneAsks(PARROTS, false, 0, 2);

        var outcome = plane.send(Media.datagram(object(3, 1)));
        var stream = plane.send(Media.stream(2, 0, Bytes.concat(Media.subgroup(ALIAS, 4, 1), new byte[30]), false));

        assertThat(outcome.reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        assertThat(outcome.counted()).containsEntry(WeirReason.POLICY_DEFER, 1L).doesNotContainKey(WeirReason.POLICY);
        assertThat(outcome.recorded().entry(0).rulings()).isZero();
        assertThat(stream.reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        assertThat(plane.maps().laneStream(0, 2)).isNull();
        assertThat(state.lastIndex()).isEqualTo(LaneState.NONE);
    }

    @Test
    void anEmptySlotDefers() throws Exception {
        oneLaneAsks(EMPTY, true, 0);

        assertThat(plane.send(Media.datagram(object(3, 1))).reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        plane.policies().program(1, 99, true);
        assertThat(plane.send(Media.datagram(object(3, 1))).reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
    }

    @Test
    void tracksOfOneLaneShareItsWordsAndPoliciesDoNot() throws Exception {
        plane.policies().program(1, PARROTS, false);
        plane.policies().program(2, PARROTS, false);
        plane.track(new TrackSpec(5, ALIAS).to(new Subscriber(0, 0, 0, -1, true, 1, 1), new Subscriber(1, 0, 0, -1, true, 2, 2)))
                .track(new TrackSpec(6, 301).to(new Subscriber(0, 0, 0, -1, true, 1, 3)));

        plane.send(Media.datagram(object(3, 1)), Media.datagram(Media.object(301, 1, 1, 1, new byte[30])));
        plane.send(Media.datagram(object(4, 1)));

        assertThat(plane.policies().state(1, 0).word(0)).as("lane 0, first track").isEqualTo(2);
        assertThat(plane.policies().state(1, 2).word(0)).as("lane 0, second track").isEqualTo(1);
        assertThat(plane.policies().state(1, 0).laneWord(0)).isEqualTo(3);
        assertThat(plane.policies().state(2, 1).laneWord(0)).isEqualTo(2);
        assertThat(plane.policies().state(2, 0).laneWord(0)).isZero();
    }

    @Test
    void aPolicyLooksOncePerPacketAndDecidesForEachLane() throws Exception {
        plane.policies().program(1, OBJECTS, true, 4);
        plane.policies().program(2, OBJECTS, true, 5);
        plane.track(new TrackSpec(5, ALIAS)
                .to(Subscriber.asking(0, 1), Subscriber.asking(1, 2), Subscriber.asking(2, 1), Subscriber.toEverything(3)));

        assertThat(plane.send(Media.datagram(object(3, 1))).copies()).hasSize(4);

        assertThat(IntStream.range(0, 3).mapToObj(lane -> plane.policies().state(1, lane).word(5) >> 16 & 0xff))
                .as("the layers that each policy gave").containsExactly(4L, 5L, 4L);
    }
}
