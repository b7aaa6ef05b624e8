// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.WeirReason;
import dev.weir.dataplane.TrackSpec.Subscriber;
import dev.weir.testkit.RequiresRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// DATAGRAM mode: what is forwarded, and what the copies look like.
@RequiresRoot
class DatagramIT {
    private static final long ALIAS = 300;

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

    private static byte[] object(long group, long object) {
        return Media.object(ALIAS, group, object, 10, Bytes.filled(60, (int) (16 * group + object)));
    }

    @Test
    void theRecordTellsWhatWasUnderstood() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(1));
        byte[] object = Media.object(ALIAS, 70_000, 200, 33, new byte[40]);

        var record = plane.send(Media.PING, Media.datagram(object)).recorded();

        assertThat(record.publisher()).isEqualTo(DataPlane.PUBLISHER);
        assertThat(record.generation()).isEqualTo(DataPlane.PUBLISHER_GENERATION);
        assertThat(record.candidates()).containsExactly(
                new Recorded.Media(2, 0, 33, 0, 5, 0, 0, 0, 70_000, 200, object.length, 1, 3));
        assertThat(record.entries()).containsExactly(
                new Recorded.Entry(0, 1000, 1, 0, 0, record.entry(0).size(), WeirReason.NONE, 0, 0));
    }

    @Test
    void aMissingPriorityIsTheTracks() throws Exception {
        var track = new TrackSpec(5, ALIAS).to(1);
        track.defaultPriority = 77;
        plane.track(track);
        byte[] object = Bytes.concat(new byte[] {0x0c}, Media.vi64(ALIAS), Media.vi64(9), new byte[30]);

        var media = plane.send(Media.datagram(object)).recorded().candidates().getFirst();

        assertThat(media.priority()).isEqualTo(77);
        assertThat(media.object()).isZero();
        assertThat(media.group()).isEqualTo(9);
    }

    @Test
    void severalObjectsStayInOnePacket() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(4));

        var outcome = plane.send(Media.ACK, Media.datagram(object(1, 0)), Media.PING, Media.datagram(object(1, 1)),
                new byte[9], Media.lastDatagram(object(1, 2)));

        assertThat(outcome.copies()).hasSize(4).allSatisfy(copy -> {
            assertThat(copy.frames()).containsExactly(SentFrame.datagram(object(1, 0), true),
                    SentFrame.datagram(object(1, 1), true), SentFrame.datagram(object(1, 2), false));
            assertThat(copy.size()).isEqualTo(outcome.payloadLength());
        });
    }

    @Test
    void whatIsNotForwardedIsNotInTheCopy() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.toEverything(0)));

        var outcome = plane.send(Media.datagram(object(1, 0)), Media.ACK, Media.datagram(Media.object(77, 1, 0, 9, new byte[80])),
                Media.ACK);

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.datagram(object(1, 0), false));
        assertThat(outcome.copy(0).size()).isEqualTo(outcome.payloadLength());
    }

    @Test
    void eachSubscriptionHasItsOwnLocations() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.from(0, 1, 1), Subscriber.from(1, 1, 2), Subscriber.from(2, 2, 0),
                new Subscriber(3, 0, 0, 0, true)));

        var outcome = plane.send(Media.datagram(object(1, 0)), Media.datagram(object(1, 1)), Media.datagram(object(1, 2)));

        assertThat(outcome.recorded().entries()).extracting(Recorded.Entry::lane).containsExactly(0, 1);
        assertThat(outcome.recorded().entry(0).forwarded()).isEqualTo(0b110);
        assertThat(outcome.recorded().entry(1).forwarded()).isEqualTo(0b100);
        assertThat(outcome.copy(0).frames())
                .containsExactly(SentFrame.datagram(object(1, 1), true), SentFrame.datagram(object(1, 2), false));
        assertThat(outcome.copy(1).frames()).containsExactly(SentFrame.datagram(object(1, 2), false));
    }

    @Test
    void alternatingSelectionsBuildEachCopyAfresh() throws Exception {
        var track = new TrackSpec(5, ALIAS);
        for (int i = 0; i < 4; i++) {
            track.to(Subscriber.from(i, 1, i % 2));
        }
        plane.track(track);

        var outcome = plane.send(Media.datagram(object(1, 0)), Media.datagram(object(1, 1)));

        assertThat(outcome.copies()).allSatisfy(copy -> assertThat(copy.frames()).hasSize(copy.lane() % 2 == 0 ? 2 : 1)
                .endsWith(SentFrame.datagram(object(1, 1), false)));
    }

    @Test
    void pausedSubscriptionsGetNothing() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(new Subscriber(0, 0, 0, -1, false), Subscriber.toEverything(1)));

        var outcome = plane.send(Media.datagram(object(1, 0)));

        assertThat(outcome.recorded().entries()).extracting(Recorded.Entry::lane).containsExactly(1);
        assertThat(plane.drawn(0)).isZero();
    }

    @Test
    void nothingIsRecordedIfNobodyIsConcerned() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(Subscriber.from(0, 99, 0)));

        var outcome = plane.send(Media.datagram(object(1, 0)));

        assertThat(outcome.record()).isNull();
        assertThat(outcome.copies()).isEmpty();
    }

    @Test
    void theAliasIsOverwrittenWhereItIsAsLong() throws Exception {
        var track = new TrackSpec(5, ALIAS).to(4);
        track.aliasOverride = Media.vi64(999, 2);
        plane.track(track);

        var outcome = plane.send(Media.datagram(object(1, 0)));

        byte[] expected = Media.object(999, 1, 0, 10, Bytes.filled(60, 16));
        assertThat(outcome.copies()).hasSize(4)
                .allSatisfy(copy -> assertThat(copy.frames()).containsExactly(SentFrame.datagram(expected, false)));
    }

    @Test
    void anAliasOfAnotherLengthIsLeftToUserSpace() throws Exception {
        var track = new TrackSpec(5, ALIAS).to(1);
        track.aliasOverride = Media.vi64(999, 3);
        plane.track(track);

        assertThat(plane.send(Media.datagram(object(1, 0))).reason(0)).isEqualTo(WeirReason.MIXED_VERDICT);
    }

    @Test
    void twoTracksInOnePacketMakeACopyEach() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(2)).track(new TrackSpec(6, 301).to(Subscriber.toEverything(1)));
        byte[] other = Media.object(301, 4, 4, 4, new byte[70]);

        var outcome = plane.send(Media.datagram(object(1, 0)), Media.datagram(other));

        assertThat(outcome.copy(0).frames()).containsExactly(SentFrame.datagram(object(1, 0), false));
        assertThat(outcome.copies()).filteredOn(copy -> copy.lane() == 1).extracting(copy -> copy.frames().getFirst())
                .containsExactlyInAnyOrder(SentFrame.datagram(object(1, 0), false), SentFrame.datagram(other, false));
    }

    @Test
    void thePeersLimitsAreKept() throws Exception {
        byte[] object = object(1, 0);
        var fits = LaneSpec.ipv4(0);
        fits.maxDatagramFrame = 1 + object.length;
        var oneTooSmall = LaneSpec.ipv4(1);
        oneTooSmall.maxDatagramFrame = object.length;
        var none = LaneSpec.ipv4(2);
        none.maxDatagramFrame = 0;
        var smallPackets = LaneSpec.ipv4(3);
        smallPackets.maxUdpPayload = 1 + 8 + 4 + 1 + object.length + 16;
        plane.lane(fits).lane(oneTooSmall).lane(none).lane(smallPackets).track(new TrackSpec(5, ALIAS).to(4));

        var outcome = plane.send(new byte[100], Media.datagram(object));

        assertThat(outcome.copy(0).frames()).hasSize(1);
        assertThat(outcome.reason(1)).isEqualTo(WeirReason.DATAGRAM_TOO_LARGE);
        assertThat(outcome.reason(2)).isEqualTo(WeirReason.DATAGRAM_TOO_LARGE);
        assertThat(outcome.copy(3).size()).isEqualTo(smallPackets.maxUdpPayload);

        smallPackets.maxUdpPayload--;
        plane.lane(smallPackets);
        assertThat(plane.send(Media.datagram(object)).reason(3)).isEqualTo(WeirReason.PACKET_TOO_LARGE);
    }

    @Test
    void theCongestionWindowIsKept() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(2));
        int size = plane.send(Media.datagram(object(1, 0))).copy(0).size();
        var full = LaneSpec.ipv4(0);
        full.congestionWindow = 3L * size + 50;
        full.reserved = 51;
        plane.refill(full);

        assertThat(plane.send(Media.datagram(object(1, 1))).copies()).hasSize(2);
        assertThat(plane.send(Media.datagram(object(1, 2))).copies()).hasSize(2);
        assertThat(plane.send(Media.datagram(object(1, 3))).reason(0)).isEqualTo(WeirReason.CONGESTION);
        assertThat(plane.inFlight(0)).isEqualTo(2L * size);
        assertThat(plane.drawn(0)).isEqualTo(3);
        assertThat(plane.inFlight(1)).isEqualTo(4L * size);
    }

    @Test
    void aKeyIsNotUsedBeyondItsLimit() throws Exception {
        var lane = LaneSpec.ipv4(0);
        lane.numberLimit = lane.nextNumber + 2;
        plane.lane(lane).track(new TrackSpec(5, ALIAS).to(1));

        assertThat(plane.send(Media.datagram(object(1, 0))).copies()).hasSize(1);
        assertThat(plane.send(Media.datagram(object(1, 1))).copies()).hasSize(1);
        assertThat(plane.send(Media.datagram(object(1, 2))).reason(0)).isEqualTo(WeirReason.KEY_LIMIT);
        assertThat(plane.drawn(0)).isEqualTo(2);
    }

    @Test
    void aLaneThatIsGoneIsSaidToBeGone() throws Exception {
        var next = LaneSpec.ipv4(0);
        next.generation = 2;
        plane.lane(next).track(new TrackSpec(5, ALIAS).to(2));

        var outcome = plane.send(Media.datagram(object(1, 0)));

        assertThat(outcome.reason(0)).isEqualTo(WeirReason.LANE_GONE);
        assertThat(outcome.copies()).extracting(Copy::lane).containsExactly(1);
        assertThat(plane.drawn(0)).isZero();
    }

    @Test
    void thePacketsSizeIsBoundedByWhatIsOpened() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(1));
        int overhead = Media.object(ALIAS, 1, 0, 10, new byte[0]).length + 1;
        byte[] largest = Media.object(ALIAS, 1, 0, 10, new byte[1456 - overhead]);

        assertThat(plane.send(Media.lastDatagram(largest)).copy(0).frames()).containsExactly(SentFrame.datagram(largest, false));

        byte[] tooLarge = Media.object(ALIAS, 1, 1, 10, new byte[1457 - overhead]);
        assertThat(plane.send(Media.lastDatagram(tooLarge)).counted()).containsKey(WeirReason.LENGTH);
    }

    @Test
    void unsupportedAndUnknownObjectsMakeNoCopy() throws Exception {
        plane.track(new TrackSpec(5, ALIAS).to(1));
        byte[] illegal = object(1, 0);
        illegal[0] = 0x40;
        byte[] longStatus = Bytes.concat(new byte[] {0x20}, Media.vi64(ALIAS), new byte[] {5, 3, 10, (byte) 0x80, 3});

        assertThat(plane.send(Media.datagram(illegal)).counted()).containsKeys(WeirReason.UNSUPPORTED_OBJECT, WeirReason.NO_CANDIDATE);
        assertThat(plane.send(Media.datagram(longStatus)).counted()).containsKey(WeirReason.UNSUPPORTED_OBJECT);
        assertThat(plane.send(Media.datagram(Media.object(4711, 1, 0, 1, new byte[50]))).counted())
                .containsKey(WeirReason.NO_CANDIDATE).doesNotContainKey(WeirReason.UNSUPPORTED_OBJECT);
        assertThat(plane.drawn(0)).isZero();
    }
}
