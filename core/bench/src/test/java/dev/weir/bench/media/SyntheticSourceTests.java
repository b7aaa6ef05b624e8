// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.TrackProperties;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class SyntheticSourceTests {
    @Test
    void objectsDescribeThemselves() {
        byte[] payload = SyntheticObject.encode(41, 1_700_000_000_000_000L, 333);

        assertThat(payload).hasSize(333);
        assertThat(SyntheticObject.decode(payload)).isEqualTo(new SyntheticObject(41, 1_700_000_000_000_000L, true));
    }

    @Test
    void everyChangedByteShows() {
        byte[] payload = SyntheticObject.encode(41, 7, 100);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= 0x10;
            assertThat(SyntheticObject.decode(payload).intact()).as("byte %d", i).isFalse();
            payload[i] ^= 0x10;
        }
        assertThat(SyntheticObject.decode(new byte[3]).intact()).isFalse();
    }

    @Test
    void aGroupIsASecond() {
        var source = new SyntheticSource(50, 64, 3);
        var locations = new ArrayList<Location>();
        var ends = new ArrayList<Location>();
        long last = 0;
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            locations.add(object.location());
            last = object.dueMicros();
            if (object.endOfGroup()) {
                ends.add(object.location());
            }
        }

        assertThat(locations).hasSize(150).isSorted();
        assertThat(ends).containsExactly(new Location(0, 49), new Location(1, 49), new Location(2, 49));
        assertThat(last).isEqualTo(2_980_000);
    }

    @Test
    void contentIsToldInATrackProperty() {
        for (TrackContent content : TrackContent.values()) {
            assertThat(TrackContent.of(TrackProperties.of(content.properties().bytes()))).isEqualTo(content);
        }
        assertThat(TrackContent.of(TrackProperties.EMPTY)).isEqualTo(TrackContent.OPAQUE);
    }
}
