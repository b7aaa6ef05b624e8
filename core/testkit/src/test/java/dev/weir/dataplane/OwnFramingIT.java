// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.TrackState;
import dev.weir.abi.WeirReason;
import dev.weir.dataplane.MapWriter.LaneStreamState;
import dev.weir.testkit.RequiresRoot;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A publisher with own framing: everything it sends belongs to one track, whatever its bytes look like.
@RequiresRoot
class OwnFramingIT {
    private static final int TRACK = 5;
    private static final int PRIORITY = 99;
    private static final int LANES = 3;
    /// A datagram of MoQT whose header is not whole, a stream of an unknown type.
    private static final byte[] NOT_MOQT = {(byte) 0xff, (byte) 0xff, 0, 1, 2};
    /// A whole MoQT header of an alias that nobody announced.
    private static final byte[] LIKE_MOQT = Media.object(77, 1, 0, 9, Bytes.filled(30, 0x31));

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
        for (int i = 0; i < LANES; i++) {
            plane.lane(LaneSpec.ipv4(i));
        }
        var track = new TrackSpec(TRACK, 0).to(LANES);
        track.defaultPriority = PRIORITY;
        plane.maps().ownTrack(track);
    }

    @AfterEach
    void closePlane() {
        plane.close();
    }

    private static Recorded.Media datagram(long packet, int ordinal, byte[] data, int start, int headerLength) {
        return new Recorded.Media(
                2, 0, PRIORITY, 0, TRACK, 0, 0, 0, packet, ordinal, data.length, start, start + headerLength);
    }

    @Test
    void everyDatagramIsAnObjectOfItsPacket() throws Exception {
        plane.nextNumber = 41;
        var outcome = plane.send(Media.PING, Media.datagram(NOT_MOQT), Media.datagram(new byte[0]), Media.ACK,
                Media.lastDatagram(LIKE_MOQT));

        assertThat(outcome.recorded().candidates()).containsExactly(datagram(41, 0, NOT_MOQT, 1, 2),
                datagram(41, 1, new byte[0], 8, 2), datagram(41, 2, LIKE_MOQT, 17, 1));
        assertThat(outcome.copies()).hasSize(LANES).allSatisfy(copy -> assertThat(copy.frames()).containsExactly(
                SentFrame.datagram(NOT_MOQT, true), SentFrame.datagram(new byte[0], true), SentFrame.datagram(LIKE_MOQT, false)));
        assertThat(plane.send(Media.datagram(NOT_MOQT), new byte[20]).recorded().candidates())
                .containsExactly(datagram(42, 0, NOT_MOQT, 0, 2));
    }

    @Test
    void anEmptyDatagramIsForwardedToo() throws Exception {
        var outcome = plane.send(Media.lastDatagram(new byte[0]), new byte[0]);

        assertThat(outcome.copies()).hasSize(LANES).allSatisfy(
                copy -> assertThat(copy.frames()).containsExactly(SentFrame.datagram(new byte[0], false)));
    }

    @Test
    void streamsAreForwardedFromTheirFirstByte() throws Exception {
        var opening = plane.send(Media.stream(14, 0, new byte[] {(byte) 0x80}, false), new byte[20]);
        var rest = plane.send(Media.stream(14, 1, NOT_MOQT, true), new byte[20]);

        assertThat(opening.recorded().candidates())
                .containsExactly(new Recorded.Media(1, 2, PRIORITY, 0, TRACK, 14, 0, 0, 3, 0, 1, 0, 3));
        assertThat(opening.recorded().entry(0).opened()).isEqualTo(1);
        assertThat(opening.copy(0).frames())
                .containsExactly(SentFrame.stream(3, 0, new byte[] {(byte) 0x80}, false, false));
        assertThat(rest.recorded().candidates().getFirst()).isEqualTo(new Recorded.Media(
                1, 1, PRIORITY, 0, TRACK, 14, 1, 1, 3, 0, NOT_MOQT.length, 0, 4));
        assertThat(rest.copies()).hasSize(LANES).allSatisfy(
                copy -> assertThat(copy.frames()).containsExactly(SentFrame.stream(3, 1, NOT_MOQT, true, false)));
    }

    @Test
    void aStreamWithoutBytesIsOpenedAndEnded() throws Exception {
        var outcome = plane.send(Media.stream(2, 0, new byte[0], true), new byte[20]);

        assertThat(outcome.copies()).hasSize(LANES).allSatisfy(
                copy -> assertThat(copy.frames()).containsExactly(SentFrame.stream(3, 0, new byte[0], true, false)));
        assertThat(plane.maps().laneStream(0, 2)).isEqualTo(new LaneStreamState(1, 3, 1L << 60, 0, 0));
        assertThat(plane.send(Media.stream(2, 0, new byte[0], true), new byte[20]).copies()).isEmpty();
    }

    @Test
    void anEmptyFrameDoesNotTakeTheBeginningAway() throws Exception {
        assertThat(plane.send(Media.stream(2, 0, new byte[0], false), new byte[20]).copies()).isEmpty();

        var outcome = plane.send(Media.stream(2, 0, NOT_MOQT, false), new byte[20]);

        assertThat(outcome.recorded().entry(0).opened()).isEqualTo(1);
        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.stream(3, 0, NOT_MOQT, false, false));
    }

    @Test
    void whatOvertakesTheBeginningIsLeftToUserSpace() throws Exception {
        var ahead = plane.send(Media.stream(2, 5, LIKE_MOQT, true), new byte[20]);
        var beginning = plane.send(Media.stream(2, 0, NOT_MOQT, false), new byte[20]);
        var again = plane.send(Media.stream(2, 0, NOT_MOQT, false), new byte[20]);

        assertThat(ahead.counted()).containsKeys(WeirReason.STREAM_UNKNOWN, WeirReason.NO_CANDIDATE);
        assertThat(beginning.copies()).hasSize(LANES);
        assertThat(again.counted()).containsKey(WeirReason.RETRANSMITTED);
        assertThat(plane.drawn(0)).isEqualTo(1);
    }

    @Test
    void bothKindsShareAPacket() throws Exception {
        var outcome = plane.send(Media.stream(2, 0, NOT_MOQT, true), Media.datagram(LIKE_MOQT),
                Media.stream(6, 0, LIKE_MOQT, false), Media.datagram(NOT_MOQT));

        assertThat(outcome.recorded().candidates()).extracting(Recorded.Media::kind).containsExactly(1, 2, 1, 2);
        assertThat(outcome.recorded().candidates()).extracting(Recorded.Media::object).containsExactly(0L, 0L, 0L, 1L);
        assertThat(outcome.recorded().candidates()).extracting(Recorded.Media::group).containsExactly(0L, 0L, 1L, 0L);
        assertThat(outcome.copies()).hasSize(LANES).allSatisfy(copy -> assertThat(copy.frames()).isEqualTo(List.of(
                SentFrame.stream(3, 0, NOT_MOQT, true, true), SentFrame.datagram(LIKE_MOQT, true),
                SentFrame.stream(7, 0, LIKE_MOQT, false, true), SentFrame.datagram(NOT_MOQT, false))));
    }

    @Test
    void aTrackThatIsGoneTakesNothing() throws Exception {
        TrackState.generation(plane.map("track_states").element(TRACK), 2);

        var outcome = plane.send(Media.datagram(NOT_MOQT), Media.stream(2, 0, NOT_MOQT, true));

        assertThat(outcome.copies()).isEmpty();
        assertThat(outcome.counted()).containsKey(WeirReason.NO_CANDIDATE);
        assertThat(plane.maps().nextOffset(2)).isEqualTo(-1);
    }
}
