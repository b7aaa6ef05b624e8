// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.WeirReason;
import dev.weir.dataplane.TrackSpec.Subscriber;
import dev.weir.spi.LaneState;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import dev.weir.testkit.RequiresRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Policies that are tables, in both modes: who gets what, and what the record says of it.
@RequiresRoot
class PolicyIT {
    private static final long ALIAS = 300;
    private static final int FORWARD = 15;
    /// Rulings of the stock program: drops by these reasons.
    private static final int BY_GROUP = 2;
    private static final int BY_PRIORITY = 4;

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
        plane = new DataPlane(capture, false);
        for (int i = 0; i < 4; i++) {
            plane.lane(LaneSpec.ipv4(i));
        }
    }

    @AfterEach
    void closePlane() {
        plane.close();
    }

    private static byte[] object(long group, int priority) {
        return Media.object(ALIAS, group, 0, priority, Bytes.filled(60, (int) group));
    }

    private static byte[] opening(long group, int priority) {
        return Bytes.concat(Media.subgroup(ALIAS, group, priority), new byte[30]);
    }

    private static MapEntries.Builder limit(int limit) {
        return MapEntries.builder().otherwise(Rule.all().limit(limit));
    }

    private static TrackSpec everybodyAsks(int policy) {
        var track = new TrackSpec(5, ALIAS);
        for (int lane = 0; lane < 4; lane++) {
            track.to(Subscriber.asking(lane, policy));
        }
        return track;
    }

    @Test
    void eachLaneClassHasItsRule() throws Exception {
        plane.policies().tables(1, MapEntries.builder().rule("low", Rule.all().limit(100)));
        plane.policies().laneClass(1, "low");
        plane.policies().laneClass(2, "high");
        plane.track(everybodyAsks(1));

        var outcome = plane.send(Media.datagram(object(1, 100)));

        assertThat(outcome.copies()).extracting(Copy::lane).containsExactly(0, 2, 3);
        assertThat(outcome.reason(1)).isEqualTo(WeirReason.POLICY);
        assertThat(outcome.recorded().entry(1).rulings()).isEqualTo(BY_PRIORITY);
        assertThat(outcome.recorded().entry(1).policy()).isEqualTo(1);
        assertThat(outcome.recorded().entry(0).rulings()).isEqualTo(FORWARD);
        assertThat(outcome.counted()).containsEntry(WeirReason.POLICY, 1L);
        assertThat(plane.drawn(1)).isZero();
        assertThat(plane.inFlight(1)).isZero();
        assertThat(plane.send(Media.datagram(object(1, 99))).copies()).hasSize(4);
    }

    @Test
    void aCopyHasOnlyWhatIsForwarded() throws Exception {
        plane.policies().tables(1, MapEntries.builder().otherwise(Rule.all().limit(100).everyNthGroup(2)));
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1), Subscriber.toEverything(1)));

        var outcome = plane.send(Media.datagram(object(2, 10)), Media.PING, Media.datagram(object(3, 10)),
                Media.datagram(object(4, 100)), Media.datagram(object(6, 99)));

        var entry = outcome.recorded().entry(0);
        assertThat(entry.forwarded()).isEqualTo(0b1001);
        assertThat(entry.rulings()).isEqualTo(FORWARD | BY_GROUP << 4 | BY_PRIORITY << 8 | FORWARD << 12);
        assertThat(entry.reason()).isEqualTo(WeirReason.POLICY);
        assertThat(outcome.copy(0).frames())
                .containsExactly(SentFrame.datagram(object(2, 10), true), SentFrame.datagram(object(6, 99), false));
        assertThat(outcome.copy(1).frames()).hasSize(4);
        assertThat(outcome.recorded().entry(1).rulings()).isZero();
        assertThat(outcome.counted()).containsEntry(WeirReason.POLICY, 2L);
    }

    @Test
    void theLastObjectMayBeTheOneThatIsDropped() throws Exception {
        plane.policies().tables(1, limit(100));
        plane.track(everybodyAsks(1));

        var outcome = plane.send(Media.datagram(object(2, 10)), Media.lastDatagram(object(3, 200)));

        assertThat(outcome.copies()).hasSize(4)
                .allSatisfy(copy -> assertThat(copy.frames()).extracting(SentFrame::data).containsExactly(Bytes.hex(object(2, 10))));
    }

    @Test
    void lanesOfOneTrackMayHaveDifferentPolicies() throws Exception {
        plane.policies().tables(1, limit(100));
        plane.policies().tables(2, limit(256).priorities(priority -> 255 - priority).layers(priority -> 3));
        plane.policies().tables(3, limit(100).priorities(priority -> 255 - priority));
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1), Subscriber.asking(1, 3), Subscriber.asking(2, 1),
                Subscriber.asking(3, 2)));

        var outcome = plane.send(Media.datagram(object(1, 10)), Media.datagram(object(1, 200)));

        assertThat(outcome.recorded().entry(0).forwarded()).isEqualTo(0b01);
        assertThat(outcome.recorded().entry(1).forwarded()).isEqualTo(0b10);
        assertThat(outcome.recorded().entry(2).forwarded()).isEqualTo(0b01);
        assertThat(outcome.recorded().entry(3).forwarded()).isEqualTo(0b11);
        assertThat(outcome.recorded().entries()).extracting(Recorded.Entry::policy).containsExactly(1, 3, 1, 2);
        assertThat(outcome.copies()).hasSize(4);
    }

    @Test
    void withoutMemoryThePolicyIsLeftToUserSpace() throws Exception {
        plane.policies().tables(1, limit(256));
        plane.track(new TrackSpec(5, ALIAS).to(new Subscriber(0, 0, 0, -1, true, 1, 0), Subscriber.asking(1, 1)));

        var outcome = plane.send(Media.datagram(object(1, 10)));

        assertThat(outcome.reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        assertThat(outcome.recorded().entry(0).rulings()).isZero();
        assertThat(outcome.copies()).extracting(Copy::lane).containsExactly(1);
    }

    @Test
    void aPolicyWithoutAPlanIsLeftToUserSpace() throws Exception {
        plane.policies().defer(1);
        plane.track(everybodyAsks(1));

        var outcome = plane.send(Media.datagram(object(1, 10)));

        assertThat(outcome.copies()).isEmpty();
        assertThat(outcome.reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        assertThat(plane.send(Media.stream(2, 0, opening(1, 1), false)).reason(0)).isEqualTo(WeirReason.POLICY_DEFER);
        assertThat(plane.maps().laneStream(0, 2)).isNull();
    }

    @Test
    void aRulingOutlivesCongestion() throws Exception {
        plane.policies().tables(1, limit(100));
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1)));
        var full = LaneSpec.ipv4(0);
        full.congestionWindow = 10;
        plane.refill(full);

        var outcome = plane.send(Media.datagram(object(7, 10)), Media.datagram(object(8, 100)));

        var entry = outcome.recorded().entry(0);
        assertThat(outcome.copies()).isEmpty();
        assertThat(entry.reason()).isEqualTo(WeirReason.CONGESTION);
        assertThat(entry.rulings()).isEqualTo(FORWARD | BY_PRIORITY << 4);
        assertThat(plane.policies().state(1, 0).lastIndex()).isEqualTo(7);
    }

    @Test
    void theLastIndexIsTheHighestForwarded() throws Exception {
        plane.policies().tables(1, limit(100));
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1)));
        var state = plane.policies().state(1, 0);
        assertThat(state.lastIndex()).isEqualTo(LaneState.NONE);

        plane.send(Media.datagram(object(5, 100)));
        assertThat(state.lastIndex()).isEqualTo(LaneState.NONE);
        plane.send(Media.datagram(object(0, 1)));
        assertThat(state.lastIndex()).isZero();
        plane.send(Media.datagram(object(4, 1)), Media.datagram(object(3, 1)), Media.datagram(object(9, 200)));
        assertThat(state.lastIndex()).isEqualTo(4);
        plane.send(Media.datagram(object(1L << 62, 1)));
        assertThat(state.lastIndex()).isEqualTo(1L << 62);
    }

    @Test
    void onlyWhoIsConcernedIsAsked() throws Exception {
        plane.policies().tables(1, limit(100));
        plane.track(new TrackSpec(5, ALIAS).to(new Subscriber(0, 5, 0, 6, true, 1, 1)));

        var outcome = plane.send(Media.datagram(object(4, 200)), Media.datagram(object(5, 200)), Media.datagram(object(6, 1)),
                Media.datagram(object(7, 1)));

        assertThat(outcome.recorded().entry(0).rulings()).isEqualTo(BY_PRIORITY << 4 | FORWARD << 8);
        assertThat(outcome.counted()).containsEntry(WeirReason.POLICY, 1L);
        assertThat(plane.policies().state(1, 0).lastIndex()).isEqualTo(6);
    }

    @Test
    void aDroppedSubgroupOpensNoStream() throws Exception {
        plane.policies().tables(1, MapEntries.builder().rule("low", Rule.all().limit(100)));
        plane.policies().laneClass(1, "low");
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1), Subscriber.asking(1, 1)));

        var header = plane.send(Media.stream(2, 0, opening(1, 128), false));
        assertThat(header.copies()).extracting(Copy::lane).containsExactly(0);
        assertThat(header.reason(1)).isEqualTo(WeirReason.POLICY);
        assertThat(header.recorded().entry(1).rulings()).isEqualTo(BY_PRIORITY);
        assertThat(header.recorded().entry(1).opened()).isZero();
        assertThat(plane.maps().laneStream(1, 2)).isNull();
        assertThat(plane.charged(1)).isZero();

        var rest = plane.send(Media.stream(2, opening(1, 128).length, new byte[200], true));
        assertThat(rest.copies()).extracting(Copy::lane).containsExactly(0);
        assertThat(rest.reason(1)).isEqualTo(WeirReason.STREAM_NOT_FOLLOWED);
        assertThat(rest.recorded().entries()).extracting(Recorded.Entry::rulings).containsExactly(0L, 0L);
        assertThat(rest.counted()).doesNotContainKey(WeirReason.POLICY);
    }

    @Test
    void aStreamThatHasBegunGoesOn() throws Exception {
        plane.policies().tables(1, limit(256));
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.asking(0, 1)));
        plane.send(Media.stream(2, 0, opening(1, 128), false));
        plane.policies().tables(1, limit(0));

        var outcome = plane.send(Media.stream(2, opening(1, 128).length, new byte[200], false),
                Media.stream(6, 0, opening(2, 128), false));

        assertThat(outcome.recorded().entry(0).forwarded()).isEqualTo(0b01);
        assertThat(outcome.recorded().entry(0).rulings()).isEqualTo(BY_PRIORITY << 4);
        assertThat(outcome.copy(0).frames()).hasSize(1);
    }
}
