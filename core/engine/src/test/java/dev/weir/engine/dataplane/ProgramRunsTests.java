// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.RunCell;
import dev.weir.engine.DataPlane.Runs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Whoever asks which runs are under way waits for these, and for no others.
class ProgramRunsTests {
    private static final int PROCESSORS = 3;

    private final MemorySegment cells = Arena.ofShared().allocate(RunCell.LAYOUT, PROCESSORS);
    private final ProgramRuns runs = new ProgramRuns(cells, PROCESSORS);

    private void begin(int processor) {
        MemorySegment cell = RunCell.at(cells, processor);
        RunCell.begun(cell, RunCell.begun(cell) + 1);
    }

    private void end(int processor) {
        MemorySegment cell = RunCell.at(cells, processor);
        RunCell.ended(cell, RunCell.ended(cell) + 1);
    }

    @Test
    void nothingIsUnderWayWhereEveryRunHasEnded() {
        begin(1);
        end(1);
        assertThat(runs.now().areOver()).isTrue();
    }

    @Test
    void theRunsOfAllProcessorsAreWaitedFor() {
        begin(0);
        begin(2);
        Runs underWay = runs.now();
        end(0);
        assertThat(underWay.areOver()).isFalse();
        end(2);
        assertThat(underWay.areOver()).isTrue();
    }

    @Test
    void aRunThatBeginsLaterIsNotWaitedFor() {
        begin(0);
        Runs underWay = runs.now();
        begin(1);
        end(0);
        begin(0);
        assertThat(underWay.areOver()).isTrue();
        assertThat(runs.now().areOver()).isFalse();
    }

    @Test
    void theWaitEndsWithTheRun() {
        begin(1);
        var waited = CompletableFuture.runAsync(runs::awaitEnd);
        Awaitility.await().during(Duration.ofMillis(20)).until(() -> !waited.isDone());
        end(1);
        Awaitility.await().until(waited::isDone);
    }
}
