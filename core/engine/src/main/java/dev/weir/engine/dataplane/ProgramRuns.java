// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.RunCell;
import dev.weir.engine.DataPlane;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// Which runs of the program are under way. Each counts itself in at its begin and out at its end, in a cell of its processor, both with a
/// full barrier: a run that has not counted itself in when the cells are read finds out of force whatever was taken out of force before.
///
/// For any number of threads.
final class ProgramRuns {
    private static final long POLL_NANOS = 20_000;

    private final MemorySegment cells;
    private final int processors;

    /// @param cells map `runs`
    /// @param processors its entries
    ProgramRuns(MemorySegment cells, int processors) {
        this.cells = cells;
        this.processors = processors;
    }

    /// Those that are under way now.
    DataPlane.Runs now() {
        VarHandle.fullFence();
        var begun = new long[processors];
        boolean isAny = false;
        for (int i = 0; i < processors; i++) {
            // In this order: a run that ends meanwhile counts as over, and one that begins meanwhile does not matter.
            begun[i] = RunCell.begun(RunCell.at(cells, i));
            isAny |= !hasEnded(i, begun[i]);
        }
        return isAny ? () -> areOver(begun) : DataPlane.Runs.NONE;
    }

    private boolean areOver(long[] begun) {
        for (int i = 0; i < begun.length; i++) {
            if (!hasEnded(i, begun[i])) {
                return false;
            }
        }
        VarHandle.fullFence();
        return true;
    }

    private boolean hasEnded(int processor, long begun) {
        VarHandle.acquireFence();
        return RunCell.ended(RunCell.at(cells, processor)) - begun >= 0;
    }

    /// Returns when all that are under way are over: at once, or within the time of one run.
    void awaitEnd() {
        DataPlane.Runs runs = now();
        while (!runs.areOver()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
