// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Publisher;
import dev.weir.abi.WeirReason;
import dev.weir.testkit.RequiresRoot;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One packet in, one valid packet out for every lane, whatever their number, address families and connection IDs.
@RequiresRoot
class FanOutIT {
    private static final long ALIAS = 300;

    private static CopyCapture capture;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64, 256})
    void everyLaneGetsItsOwnPacket(int lanes) throws Exception {
        try (var plane = new DataPlane(capture, false)) {
            IntStream.range(0, lanes).forEach(i -> plane.lane(LaneSpec.ipv4(i)));
            plane.track(new TrackSpec(5, ALIAS).to(lanes));
            byte[] object = Media.object(ALIAS, 7, 1, 10, Bytes.filled(1100, 0xab));

            var outcome = plane.send(Media.datagram(object));

            assertThat(outcome.copies()).extracting(Copy::lane).containsExactlyElementsOf(IntStream.range(0, lanes).boxed().toList());
            assertThat(outcome.copies()).allSatisfy(copy -> {
                assertThat(copy.frames()).containsExactly(SentFrame.datagram(object, false));
                assertThat(copy.packetNumber()).isEqualTo(outcome.recorded().entry(copy.lane()).packetNumber());
                assertThat(copy.size()).isEqualTo(outcome.payloadLength());
                assertThat(copy.firstByte()).isEqualTo(0x43);
            });
            assertThat(outcome.counted()).containsEntry(WeirReason.COUNT_COPIES, (long) lanes)
                    .containsEntry(WeirReason.COUNT_PACKETS_COPIED, 1L)
                    .containsEntry(WeirReason.COUNT_COPY_BYTES, (long) lanes * outcome.payloadLength());
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void connectionIdsOfEveryLengthInEitherFamily(boolean publisherIpv6, boolean laneIpv6) throws Exception {
        try (var plane = new DataPlane(capture, publisherIpv6)) {
            for (int length = 0; length <= 20; length++) {
                plane.lane(LaneSpec.withConnectionId(length, laneIpv6, length));
            }
            plane.track(new TrackSpec(5, ALIAS).to(21));
            byte[] object = Media.object(ALIAS, 7, 1, 10, Bytes.filled(777, 0xab));

            var outcome = plane.send(Media.datagram(object));

            assertThat(outcome.copies()).hasSize(21).allSatisfy(copy -> {
                assertThat(copy.frames()).containsExactly(SentFrame.datagram(object, false));
                assertThat(copy.size()).isEqualTo(outcome.payloadLength());
            });
        }
    }

    @Test
    void packetNumbersOfEveryLengthAreUnderstood() throws Exception {
        try (var plane = new DataPlane(capture, false)) {
            plane.lane(LaneSpec.ipv4(0)).track(new TrackSpec(5, ALIAS).to(1));
            long number = 0;
            for (int length = 1; length <= 4; length++) {
                for (int i = 0; i < 3; i++) {
                    number += 1L << 8 * length - 2;
                    var outcome = plane.send(number, length, Media.datagram(Media.object(ALIAS, 7, i, 10, new byte[50])));
                    assertThat(outcome.recorded().packetNumber()).isEqualTo(number);
                }
            }
        }
    }

    @Test
    void aShortPacketForALongConnectionIdGrowsNoMoreThanItMust() throws Exception {
        try (var plane = new DataPlane(capture, false)) {
            plane.lane(LaneSpec.withConnectionId(0, false, 20)).lane(LaneSpec.withConnectionId(1, false, 17))
                    .track(new TrackSpec(5, ALIAS).to(2));
            byte[] object = Media.object(ALIAS, 7, 1, 10, new byte[100]);

            var outcome = plane.send(1, 1, Media.lastDatagram(object));

            // Number 4 instead of 1 byte; the shorter ID leaves room for exactly that.
            assertThat(outcome.copy(0).size()).isEqualTo(outcome.payloadLength() + 3);
            assertThat(outcome.copy(1).size()).isEqualTo(outcome.payloadLength());
        }
    }

    @Test
    void keysChangeAtTheSwitchNumber() throws Exception {
        try (var plane = new DataPlane(capture, false)) {
            var lane = LaneSpec.ipv4(0);
            lane.switchNumber = lane.nextNumber + 2;
            plane.lane(lane).track(new TrackSpec(5, ALIAS).to(1));
            for (int i = 0; i < 4; i++) {
                var outcome = plane.send(Media.datagram(Media.object(ALIAS, 7, i, 10, new byte[50])));
                assertThat(outcome.copy(0).firstByte()).isEqualTo(i < 2 ? 0x43 : 0x47);
            }
        }
    }

    @Test
    void thePublishersKeyUpdateIsFollowed() throws Exception {
        try (var plane = new DataPlane(capture, false)) {
            plane.lane(LaneSpec.ipv4(0)).track(new TrackSpec(5, ALIAS).to(1));
            byte[] frame = Media.datagram(Media.object(ALIAS, 7, 1, 10, new byte[50]));
            var next = TestKeys.next("publisher");
            byte[] packet = plane.packet(next, 0x47, 1, frame);

            assertThat(plane.deliver(plane.frame(packet)).counted()).containsKey(WeirReason.KEY_PHASE)
                    .doesNotContainKey(WeirReason.COUNT_COPIES);
            TestKeys.write(next, Publisher.keys(plane.publisher(), 1));
            assertThat(plane.deliver(plane.frame(packet)).copies()).hasSize(1);
        }
    }
}
