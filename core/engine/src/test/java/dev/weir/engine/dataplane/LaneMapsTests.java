// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.EntryState;
import dev.weir.abi.Lane;
import dev.weir.abi.RunCell;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A row of the lane table leaves no key behind, and no program run seals with half of one (DESIGN rule 9).
class LaneMapsTests {
    private static final int SLOT = 2;

    private final MemorySegment rows = Arena.ofShared().allocate(Lane.LAYOUT, SLOT + 1);
    private final MemorySegment runs = Arena.ofShared().allocate(RunCell.LAYOUT);
    private final LaneMaps lanes = new LaneMaps(rows, new ProgramRuns(runs, 1), null, 4433);
    private final MemorySegment row = Lane.at(rows, SLOT);

    @BeforeEach
    void inForce() {
        Lane.keys(row, 0).fill((byte) 1);
        Lane.keys(row, 1).fill((byte) 2);
        Lane.hp(row).fill((byte) 3);
        Lane.generation(row, 7);
        Lane.state(row, EntryState.LIVE.value);
    }

    private static boolean isZero(MemorySegment segment) {
        return segment.mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()])) < 0;
    }

    private boolean isWiped() {
        return isZero(Lane.keys(row, 0)) && isZero(Lane.keys(row, 1)) && isZero(Lane.hp(row));
    }

    @Test
    void theKeysOfALaneThatIsWithdrawnAreZeros() {
        lanes.withdraw(SLOT);
        assertThat(isWiped()).isTrue();
        assertThat(Lane.state(row)).isEqualTo(EntryState.EMPTY.value);
        assertThat(Lane.generation(row)).isEqualTo(8);
    }

    @Test
    void aRunThatMayBeSealingWithThemKeepsThem() {
        RunCell.begun(runs, 1);
        var withdrawn = CompletableFuture.runAsync(() -> lanes.withdraw(SLOT));
        Awaitility.await().until(() -> Lane.generation(row) == 8);
        assertThat(Lane.keys(row, 0).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
        assertThat(withdrawn).isNotDone();
        RunCell.ended(runs, 1);
        Awaitility.await().until(withdrawn::isDone);
        assertThat(isWiped()).isTrue();
    }
}
