// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.LaneStreamKey;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirReason;
import dev.weir.dataplane.MapWriter.LaneStreamState;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Maps without room (DESIGN section 4, rule 10): what does not fit is left to user space and counted, all else goes on.
@RequiresRoot
class FullMapsIT {
    private static final long ALIAS = 300;
    private static final int LANES = 2;

    private static CopyCapture capture;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    private static DataPlane plane(int lanes) {
        var plane = new DataPlane(capture, false);
        IntStream.range(0, lanes).forEach(i -> plane.lane(LaneSpec.ipv4(i)));
        return plane;
    }

    /// Streams of a lane that no publisher has, so that nobody removes them.
    private static void fillLaneStreams(DataPlane plane, int room) {
        for (int i = 0; i < WeirLimit.LANE_STREAMS - room; i++) {
            plane.maps().laneStream(WeirLimit.LANES - 1, 1_000_002 + 4L * i, new LaneStreamState(1, 3, 1, 0, 0));
        }
    }

    private static void makeRoom(DataPlane plane, int entries) {
        var map = plane.map("lane_streams");
        var keys = new ArrayList<MemorySegment>();
        map.forEachKey(key -> {
            if (LaneStreamKey.lane(key) == WeirLimit.LANES - 1 && keys.size() < entries) {
                keys.add(Arena.ofAuto().allocate(LaneStreamKey.LAYOUT).copyFrom(key));
            }
        });
        keys.forEach(map::delete);
    }

    @Test
    void aStreamThatDoesNotFitIsLeftToUserSpaceAndItsIdIsNotUsedUp() throws Exception {
        try (var plane = plane(LANES)) {
            plane.track(new TrackSpec(5, ALIAS).to(LANES));
            fillLaneStreams(plane, 1);

            var outcome = plane.send(Media.stream(2, 0, Media.subgroup(ALIAS, 9, 7), false));

            assertThat(outcome.counted()).containsEntry(WeirReason.LANE_STREAMS_FULL, 1L);
            assertThat(outcome.copies()).extracting(Copy::lane).containsExactly(0);
            assertThat(plane.drawn(1)).isZero();
            assertThat(plane.charged(1)).isZero();
            assertThat(plane.maps().laneStreams(1)).isEmpty();
            byte[] object = Media.object(ALIAS, 9, 1, 10, Bytes.filled(60, 0x17));
            assertThat(plane.send(Media.datagram(object)).copies()).as("what needs no room").hasSize(LANES);
            // There is room again: the next stream has the ID that the one before did not use up.
            makeRoom(plane, LANES);
            assertThat(plane.send(Media.stream(6, 0, Media.subgroup(ALIAS, 10, 7), false)).copies()).hasSize(LANES);
            assertThat(plane.maps().laneStreams(1)).singleElement()
                    .extracting(LaneStreamState::streamId).isEqualTo(LaneSpec.ipv4(1).nextStreamId);
        }
    }

    @Test
    void subscribersBeyondTheEntriesOfOnePacketAreCounted() throws Exception {
        int first = 200;
        int second = 100;
        try (var plane = plane(first)) {
            plane.track(new TrackSpec(5, ALIAS).to(first)).track(new TrackSpec(6, ALIAS + 1).to(second));

            var outcome = plane.send(Media.datagram(Media.object(ALIAS, 9, 1, 10, new byte[60])),
                    Media.datagram(Media.object(ALIAS + 1, 9, 1, 10, new byte[60])));

            assertThat(outcome.counted()).containsEntry(WeirReason.FANOUT_FULL, (long) first + second - WeirLimit.FANOUT);
            assertThat(outcome.recorded().entries()).hasSize(WeirLimit.FANOUT);
            assertThat(outcome.copies()).hasSize(WeirLimit.FANOUT);
        }
    }
}
