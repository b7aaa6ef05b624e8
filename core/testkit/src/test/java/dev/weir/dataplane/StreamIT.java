// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Credit;
import dev.weir.abi.WeirReason;
import dev.weir.dataplane.MapWriter.LaneStreamState;
import dev.weir.dataplane.TrackSpec.Subscriber;
import dev.weir.testkit.RequiresRoot;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// STREAM mode: opening, following and finishing the lanes' streams, and the credit for them.
@RequiresRoot
class StreamIT {
    private static final long ALIAS = 300;
    private static final byte[] HEADER = Media.subgroup(ALIAS, 9, 7);
    private static final byte[] OPENING = Bytes.concat(HEADER, Bytes.filled(30, 0xaa));

    private static CopyCapture capture;
    private DataPlane plane;
    private final LaneSpec[] lanes = new LaneSpec[4];

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
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = LaneSpec.withConnectionId(i, i % 2 == 1, 5 * i);
            lanes[i].nextStreamId = new long[] {3, 59, 16_383 - 4, 1_073_741_823}[i];
            plane.lane(lanes[i]);
        }
        plane.track(new TrackSpec(5, ALIAS).to(lanes.length));
    }

    @AfterEach
    void closePlane() {
        plane.close();
    }

    private static byte[] data(int length, int value) {
        return Bytes.filled(length, value);
    }

    @Test
    void theHeaderOpensAStreamOnEveryLane() throws Exception {
        var outcome = plane.send(Media.ACK, Media.stream(2, 0, OPENING, false));

        assertThat(outcome.copies()).hasSize(4).allSatisfy(copy -> {
            long id = lanes[copy.lane()].nextStreamId;
            assertThat(copy.frames()).containsExactly(SentFrame.stream(id, 0, OPENING, false, false));
            var entry = outcome.recorded().entry(copy.lane());
            assertThat(entry.opened()).isEqualTo(1);
            assertThat(entry.firstStreamId()).isEqualTo(id);
            assertThat(plane.maps().laneStream(copy.lane(), 2))
                    .isEqualTo(new LaneStreamState(1, id, 1L << 60, OPENING.length, 0));
            assertThat(plane.charged(copy.lane())).isEqualTo(OPENING.length);
            assertThat(Credit.nextStreamId(plane.credit(copy.lane()))).isEqualTo(id + 4);
        });
        var media = outcome.recorded().candidates().getFirst();
        assertThat(media.flags()).isEqualTo(2);
        assertThat(media.priority()).isEqualTo(7);
        assertThat(media.type()).isEqualTo(0x50);
        assertThat(media.group()).isEqualTo(9);
        assertThat(media.base()).isZero();
    }

    @Test
    void aStreamIsFollowedToItsEnd() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        for (int i = 0; i < 20; i++) {
            long offset = OPENING.length + 700L * i;
            byte[] data = data(700, i);
            boolean last = i == 19;
            boolean withLength = i % 2 == 0;

            var outcome = plane.send(Media.stream(2, offset, data, last, withLength));

            assertThat(outcome.copies()).hasSize(4).allSatisfy(copy -> assertThat(copy.frames()).containsExactly(
                    SentFrame.stream(lanes[copy.lane()].nextStreamId, offset, data, last, false)));
            assertThat(outcome.recorded().candidates().getFirst().base()).isEqualTo(offset);
        }
        assertThat(plane.charged(3)).isEqualTo(OPENING.length + 14_000);
    }

    @Test
    void aRaisedLimitLeavesWhatWasPaidAsItIs() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        long id = lanes[0].nextStreamId;
        var before = new LaneStreamState(1, id, 1L << 60, OPENING.length, 0);

        plane.maps().raiseLimit(0, 2, id + 4, 1L << 61);
        plane.maps().raiseLimit(0, 6, id, 1L << 61);
        assertThat(plane.maps().laneStream(0, 2)).isEqualTo(before);
        assertThat(plane.maps().laneStream(0, 6)).isNull();

        plane.maps().raiseLimit(0, 2, id, 1L << 61);
        assertThat(plane.maps().laneStream(0, 2)).isEqualTo(new LaneStreamState(1, id, 1L << 61, OPENING.length, 0));
    }

    @Test
    void anEmptyFrameMayFinishTheStream() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));

        var outcome = plane.send(Media.stream(2, OPENING.length, new byte[0], true), new byte[20]);

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(3, OPENING.length, new byte[0], true, false));
        assertThat(plane.send(Media.stream(2, OPENING.length, new byte[0], true), new byte[20]).copies()).isEmpty();
    }

    @Test
    void aHoleIsPaidForAndNotFilled() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));

        var ahead = plane.send(Media.stream(2, 500, data(100, 1), true));
        var late = plane.send(Media.stream(2, OPENING.length, data(500 - OPENING.length, 2), false));

        assertThat(ahead.copies()).hasSize(4);
        assertThat(ahead.recorded().candidates().getFirst().base()).isEqualTo(OPENING.length);
        assertThat(late.counted()).containsKeys(WeirReason.RETRANSMITTED, WeirReason.NO_CANDIDATE);
        assertThat(plane.charged(0)).isEqualTo(600);
        assertThat(plane.maps().nextOffset(2)).isEqualTo(600);
    }

    @Test
    void retransmissionsMakeNoSecondCopy() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        plane.send(Media.stream(2, OPENING.length, data(100, 1), false));

        assertThat(plane.send(Media.stream(2, 0, OPENING, false)).counted()).containsKey(WeirReason.RETRANSMITTED);
        assertThat(plane.send(Media.stream(2, OPENING.length, data(100, 1), false)).counted())
                .containsKey(WeirReason.RETRANSMITTED);
        assertThat(plane.send(Media.stream(2, OPENING.length + 50, data(100, 1), false)).counted())
                .containsKey(WeirReason.RETRANSMITTED);
        assertThat(plane.drawn(0)).isEqualTo(2);
    }

    @Test
    void severalStreamsInOnePacket() throws Exception {
        byte[] other = Bytes.concat(Media.subgroup(ALIAS, 10, 7), data(20, 3));
        plane.send(Media.stream(2, 0, OPENING, false));

        var outcome = plane.send(Media.stream(2, OPENING.length, data(40, 1), true), Media.stream(6, 0, other, false),
                Media.stream(10, 0, OPENING, true, false));

        var entry = outcome.recorded().entry(0);
        assertThat(entry.forwarded()).isEqualTo(0b111);
        assertThat(entry.opened()).isEqualTo(0b110);
        assertThat(entry.firstStreamId()).isEqualTo(7);
        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(3, OPENING.length, data(40, 1), true, true),
                SentFrame.stream(7, 0, other, false, true), SentFrame.stream(11, 0, OPENING, true, false));
    }

    @Test
    void aHeaderAndItsFirstBytesInTwoFrames() throws Exception {
        var outcome = plane.send(Media.stream(2, 0, HEADER, false), Media.stream(2, HEADER.length, data(40, 1), true));

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(3, 0, HEADER, false, true),
                SentFrame.stream(3, HEADER.length, data(40, 1), true, false));
        assertThat(plane.charged(0)).isEqualTo(HEADER.length + 40);
    }

    @Test
    void nothingOfOneCopyIsLeftInTheNext() throws Exception {
        // Lane 3's header is longer than the publisher's and begins before its packet; lane 0's ID leaves room for padding there.
        plane.send(Media.stream(2, 0, OPENING, false));
        byte[] object = Media.object(ALIAS, 1, 0, 10, new byte[30]);

        var outcome = plane.send(Media.ACK, Media.datagram(object), Media.PING);

        assertThat(outcome.copies()).hasSize(4)
                .allSatisfy(copy -> assertThat(copy.frames()).containsExactly(SentFrame.datagram(object, false)));
    }

    @Test
    void aLongerStreamIdFitsOrIsLeftToUserSpace() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));

        var outcome = plane.send(Media.stream(6, 0, OPENING, false), Media.stream(2, OPENING.length, data(40, 1), true));

        // In front there is always room; in between only what the publisher's own header took.
        assertThat(outcome.copies()).hasSize(4);
        assertThat(outcome.recorded().entry(0).forwarded()).isEqualTo(0b11);
        assertThat(outcome.recorded().entry(3).reason()).isEqualTo(WeirReason.HEADER_ROOM);
        assertThat(outcome.recorded().entry(3).forwarded()).isEqualTo(0b01);
        assertThat(plane.maps().laneStream(3, 2)).as("goes on after the frame that was left out").isNotNull();
    }

    @Test
    void withoutCreditUserSpaceIsTold() throws Exception {
        lanes[0].congestionWindow = 50;
        lanes[1].connectionData = OPENING.length - 1;
        lanes[2].streamIdLimit = lanes[2].nextStreamId;
        lanes[3].streamDataLimit = OPENING.length - 1;
        for (var lane : lanes) {
            plane.lane(lane);
        }

        var outcome = plane.send(Media.stream(2, 0, OPENING, false));

        assertThat(outcome.copies()).isEmpty();
        assertThat(outcome.reason(0)).isEqualTo(WeirReason.CONGESTION);
        assertThat(outcome.reason(1)).isEqualTo(WeirReason.CONNECTION_CREDIT);
        assertThat(outcome.reason(2)).isEqualTo(WeirReason.STREAM_LIMIT);
        assertThat(outcome.reason(3)).isEqualTo(WeirReason.STREAM_CREDIT);
        for (int i = 0; i < 4; i++) {
            assertThat(plane.charged(i)).isZero();
            assertThat(plane.inFlight(i)).isZero();
            assertThat(plane.drawn(i)).isZero();
            assertThat(plane.maps().laneStream(i, 2)).isNull();
            assertThat(Credit.nextStreamId(plane.credit(i))).isEqualTo(lanes[i].nextStreamId);
        }
        assertThat(plane.send(Media.stream(2, OPENING.length, data(10, 1), false)).recorded().entries())
                .extracting(Recorded.Entry::reason).containsOnly(WeirReason.STREAM_NOT_FOLLOWED);
    }

    @Test
    void aFrameLeftOutDoesNotEndFollowing() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        Credit.connectionData(plane.credit(0), 5);
        Credit.congestionWindow(plane.credit(1), 0);
        plane.maps().laneStream(2, 2, new LaneStreamState(1, lanes[2].nextStreamId, OPENING.length + 9, OPENING.length, 0));

        var refused = plane.send(Media.stream(2, OPENING.length, data(10, 1), false));

        assertThat(refused.reason(0)).isEqualTo(WeirReason.CONNECTION_CREDIT);
        assertThat(refused.reason(1)).isEqualTo(WeirReason.CONGESTION);
        assertThat(refused.reason(2)).isEqualTo(WeirReason.STREAM_CREDIT);
        assertThat(refused.copies()).extracting(Copy::lane).containsExactly(3);
        assertThat(plane.maps().laneStream(1, 2)).extracting(LaneStreamState::charged).isEqualTo((long) OPENING.length);

        for (var lane : lanes) {
            plane.refill(lane);
        }
        plane.maps().laneStream(2, 2, new LaneStreamState(1, lanes[2].nextStreamId, 1000, OPENING.length, 0));
        assertThat(plane.send(Media.stream(2, OPENING.length + 10, data(10, 2), false)).copies()).hasSize(4);
        assertThat(plane.charged(0)).as("the hole is paid for by whoever goes beyond it").isEqualTo(20);
        assertThat(plane.charged(3)).isEqualTo(10);
    }

    @Test
    void aStreamThatUserSpaceOpenedHasItsOwnOffsets() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.from(0, 9, 1), Subscriber.from(1, 10, 0)));

        assertThat(plane.send(Media.stream(2, 0, OPENING, false)).reason(0)).isEqualTo(WeirReason.STREAM_NOT_FOLLOWED);
        plane.maps().laneStream(0, 2, new LaneStreamState(1, 400, 1000, 5, -30));
        var outcome = plane.send(Media.stream(2, OPENING.length, data(10, 1), false));

        assertThat(outcome.recorded().entries()).hasSize(1);
        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(400, OPENING.length - 30, data(10, 1), false, false));
        assertThat(plane.charged(0)).isEqualTo(OPENING.length - 30 + 10 - 5);

        plane.maps().laneStream(0, 2, new LaneStreamState(1, 400, 1000, 0, -1000));
        assertThat(plane.send(Media.stream(2, OPENING.length + 10, data(10, 1), false)).reason(0))
                .isEqualTo(WeirReason.STREAM_NOT_FOLLOWED);
    }

    @Test
    void aShiftToOffsetZeroLeavesTheOffsetOut() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        plane.maps().laneStream(0, 2, new LaneStreamState(1, 400, 1000, 0, -OPENING.length));

        var outcome = plane.send(Media.stream(2, OPENING.length, data(10, 1), false));

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(400, 0, data(10, 1), false, false));
    }

    @Test
    void aStaleLaneStreamIsReplaced() throws Exception {
        plane.maps().laneStream(0, 2, new LaneStreamState(77, 400, 1000, 5, -30));
        plane.maps().laneStream(1, 2, new LaneStreamState(1, 400, 1000, 0, 0));

        var outcome = plane.send(Media.stream(2, 0, OPENING, false));

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(3, 0, OPENING, false, false));
        assertThat(outcome.reason(1)).as("user space sent the header").isEqualTo(WeirReason.STREAM_NOT_FOLLOWED);
    }

    @Test
    void streamsTheKernelCannotJudgeAreLeftAlone() throws Exception {
        assertThat(plane.send(Media.stream(2, 100, data(30, 1), false)).counted()).containsKey(WeirReason.STREAM_UNKNOWN);
        assertThat(plane.send(Media.stream(2, 0, Arrays.copyOf(HEADER, 3), false), new byte[20]).counted())
                .containsKey(WeirReason.SUBGROUP_HEADER);
        assertThat(plane.send(Media.stream(6, 0, Bytes.hex("af0000050703782f31"), false), new byte[20]).counted())
                .as("the control stream").containsKey(WeirReason.SUBGROUP_HEADER);
        for (long id : new long[] {0, 1, 3}) {
            assertThat(plane.send(Media.stream(id, 0, OPENING, false)).counted())
                    .containsKey(WeirReason.NO_CANDIDATE).doesNotContainKey(WeirReason.SUBGROUP_HEADER);
        }
        assertThat(plane.maps().nextOffset(2)).isEqualTo(-1);
    }

    @Test
    void aTrackThatChangedHandsIsNotFollowed() throws Exception {
        plane.send(Media.stream(2, 0, OPENING, false));
        var next = new TrackSpec(5, ALIAS).to(4);
        next.generation = 2;
        plane.track(next);

        assertThat(plane.send(Media.stream(2, OPENING.length, data(30, 1), false)).counted()).containsKey(WeirReason.NO_CANDIDATE);
        assertThat(plane.send(Media.stream(6, 0, OPENING, false)).copies()).hasSize(4);
    }
}
