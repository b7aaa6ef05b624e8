// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.Location;
import org.junit.jupiter.api.Test;

class OrderedObjectsTests {
    private final ContentOutput output = ContentOutput.open(null);
    private final OrderedObjects ordered = new OrderedObjects(TrackContent.OPAQUE, output, new Location(0, 0));

    @Test
    void objectsThatOvertakeWait() {
        add(0, 1);
        add(0, 0);

        assertThat(output.sha256()).isEqualTo(sha256(0, 1));
    }

    @Test
    void theNextGroupBeginsWhenThisOneIsKnownToBeOver() {
        add(0, 0);
        add(1, 0);
        assertThat(output.sha256()).isEqualTo(sha256(0));

        ordered.groupEnds(0, 0);

        assertThat(output.sha256()).isEqualTo(sha256(0, 100));
    }

    @Test
    void anEmptyGroupIsPassedOver() {
        add(0, 0);
        ordered.groupEnds(0, 0);
        ordered.groupEnds(1, -1);
        add(2, 0);

        assertThat(output.sha256()).isEqualTo(sha256(0, 200));
        assertThat(output.incompleteCount()).isZero();
    }

    @Test
    void whatIsMissingInTheEndIsAGap() {
        add(0, 0);
        add(0, 2);
        assertThat(output.sha256()).isEqualTo(sha256(0));

        ordered.finish();

        assertThat(output.sha256()).isEqualTo(sha256(0, 2));
        assertThat(output.incompleteCount()).isEqualTo(1);
    }

    @Test
    void waitingIsBounded() {
        for (int object = 1; object <= 5000; object++) {
            add(0, object);
        }

        assertThat(output.incompleteCount()).isEqualTo(1);
    }

    private void add(int group, int object) {
        ordered.add(new Location(group, object), 128, new byte[] {(byte) (100 * group + object)});
    }

    private static byte[] sha256(int... bytes) {
        var sha256 = new Sha256();
        for (int value : bytes) {
            sha256.update(new byte[] {(byte) value});
        }
        return sha256.value();
    }
}
