// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.Measure;
import dev.weir.abi.Policy;
import dev.weir.abi.WeirLaneState;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirTrackState;
import dev.weir.engine.PathMeasure;
import dev.weir.engine.PolicyPlane;
import dev.weir.kernel.LoadedObject;
import dev.weir.spi.LaneState;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// The policies' maps, and the programs linked with the data plane.
final class KernelPolicies implements PolicyPlane {
    private final MemorySegment policies;
    private final MemorySegment measures;
    private final MemorySegment trackMemories;
    private final MemorySegment laneMemories;
    private final PolicyPrograms programs;

    KernelPolicies(LoadedObject object, PolicyPrograms programs) {
        this.programs = programs;
        policies = object.map("policies").mmap();
        measures = object.map("measures").mmap();
        trackMemories = object.map("track_memories").mmap();
        laneMemories = object.map("lane_memories").mmap();
    }

    @Override
    public int policies() {
        return WeirLimit.POLICIES;
    }

    @Override
    public int programs() {
        return WeirLimit.PROGRAMS;
    }

    @Override
    public int memories() {
        return WeirLimit.TRACK_MEMORIES;
    }

    @Override
    public void putDeferring(int index) {
        PolicyWriter.defer(Policy.at(policies, index));
    }

    @Override
    public void putTables(int index, MapEntries entries, LaneClasses classes) {
        PolicyWriter.tables(Policy.at(policies, index), entries, classes);
    }

    @Override
    public void putProgram(int index, ProgramVariant variant, int slot, boolean looksAtObjects) {
        PolicyWriter.program(Policy.at(policies, index), variant, slot, looksAtObjects);
    }

    @Override
    public void clearLaneWords(int index) {
        laneMemories
                .asSlice(index * WeirLimit.LANES * WeirLaneState.SIZE, WeirLimit.LANES * WeirLaneState.SIZE)
                .fill((byte) 0);
    }

    @Override
    public void forgetLane(int lane) {
        for (int index = 0; index < WeirLimit.POLICIES; index++) {
            laneWords(index, lane).fill((byte) 0);
        }
    }

    private MemorySegment laneWords(int index, int lane) {
        return WeirLaneState.at(laneMemories, (long) index * WeirLimit.LANES + lane);
    }

    @Override
    public LaneState state(int index, int lane, int memory) {
        return new SharedLaneState(WeirTrackState.at(trackMemories, memory), laneWords(index, lane));
    }

    @Override
    public void startMemory(int memory, long lastIndex, long dropUntil) {
        SharedLaneState.clear(WeirTrackState.at(trackMemories, memory), lastIndex, dropUntil);
    }

    @Override
    public void measure(int lane, PathMeasure measure, int laneClass) {
        MemorySegment to = Measure.at(measures, lane);
        Measure.smoothedRttNs(to, measure.smoothedRttNanos());
        Measure.delayNs(to, measure.delayNanos());
        Measure.jitterNs(to, measure.jitterNanos());
        Measure.lossPerMillion(to, measure.lossPerMillion());
        Measure.laneClass(to, laneClass);
    }

    @Override
    public ProgramSet link(Map<Integer, ProgramVariant> objects) {
        return programs.link(objects);
    }
}
