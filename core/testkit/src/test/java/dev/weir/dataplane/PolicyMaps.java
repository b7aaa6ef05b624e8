// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.Measure;
import dev.weir.abi.Policy;
import dev.weir.abi.WeirLaneState;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirTrackState;
import dev.weir.engine.dataplane.PolicyObject;
import dev.weir.engine.dataplane.PolicyWriter;
import dev.weir.engine.dataplane.SharedLaneState;
import dev.weir.kernel.BpfLinker;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.spi.LaneState;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.testkit.PolicyCompiler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The maps of policies, and data planes with programs of policies, as user space makes them.
final class PolicyMaps {
    static final LaneClasses CLASSES = () -> List.of("default", "low", "high");
    private static final String OBJECT = "weir_ingress.bpf.o";
    private static final int FIRST_MEMORIES = 64;

    private final LoadedObject object;

    PolicyMaps(LoadedObject object) {
        this.object = object;
        for (int memory = 0; memory < FIRST_MEMORIES; memory++) {
            SharedLaneState.clear(WeirTrackState.at(object.map("track_memories").mmap(), memory), LaneState.NONE, 0);
        }
    }

    /// The data plane, linked with policies' objects.
    ///
    /// @param sources their C texts, for slot 1 and the ones behind it; an empty one leaves its slot empty
    static LoadedObject link(String... sources) {
        var inputs = new ArrayList<BpfLinker.Input>();
        inputs.add(new BpfLinker.Input(OBJECT, BpfObjectFile.resource("/bpf/" + OBJECT)));
        for (int i = 0; i < sources.length; i++) {
            if (!sources[i].isEmpty()) {
                inputs.add(PolicyObject.read(PolicyCompiler.compile(sources[i])).input(i + 1));
            }
        }
        return BpfObjectFile.open(BpfLinker.link(inputs), OBJECT).load();
    }

    private MemorySegment entry(int policy) {
        return Policy.at(object.map("policies").mmap(), policy);
    }

    void tables(int policy, MapEntries.Builder tables) {
        PolicyWriter.tables(entry(policy), tables.build(), CLASSES);
    }

    void program(int policy, int slot, boolean looksAtObjects, long... config) {
        var words = new ArrayList<Long>();
        for (long word : config) {
            words.add(word);
        }
        PolicyWriter.program(entry(policy), new ProgramVariant(new byte[0], words, List.of(), List.of()), slot, looksAtObjects);
    }

    void defer(int policy) {
        PolicyWriter.defer(entry(policy));
    }

    /// What is known of the way to a lane's peer.
    MemorySegment measure(int lane) {
        return Measure.at(object.map("measures").mmap(), lane);
    }

    void laneClass(int lane, String name) {
        Measure.laneClass(measure(lane), CLASSES.number(name));
    }

    /// What a policy remembers of a lane, and of the track that it asks about with the lane's own memory.
    LaneState state(int policy, int lane) {
        return new SharedLaneState(
                WeirTrackState.at(object.map("track_memories").mmap(), lane + 1),
                WeirLaneState.at(object.map("lane_memories").mmap(), (long) policy * WeirLimit.LANES + lane));
    }
}
