// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirLaneState;
import dev.weir.abi.WeirTrackState;
import dev.weir.engine.dataplane.SharedLaneState;
import dev.weir.kernel.VerifierException;
import dev.weir.spi.LaneState;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Policies of a data plane that does nothing: notes what is put where, and what is linked, as its script has it.
final class ScriptedPolicies implements PolicyPlane {
    private static final int EACCES = 13;

    private final List<String> calls;
    /// What the verifier says against a program; empty: it takes every one.
    List<String> refusal = List.of();
    /// What is wrong with a program's answers.
    String wrongAnswer = "";
    private final Map<Integer, MemorySegment> trackMemories = new HashMap<>();
    private final Map<Integer, Map<Integer, MemorySegment>> laneMemories = new HashMap<>();

    ScriptedPolicies(List<String> calls) {
        this.calls = calls;
    }

    @Override
    public int policies() {
        return 8;
    }

    @Override
    public int programs() {
        return 2;
    }

    @Override
    public int memories() {
        return 8;
    }

    @Override
    public void putDeferring(int index) {
        calls.add("policy " + index + " defers");
    }

    @Override
    public void putTables(int index, MapEntries entries, LaneClasses classes) {
        calls.add("policy " + index + " has tables");
    }

    @Override
    public void putProgram(int index, ProgramVariant variant, int slot, boolean looksAtObjects) {
        calls.add("policy " + index + " has program " + slot);
    }

    @Override
    public void clearLaneWords(int index) {
        calls.add("clear lane words of policy " + index);
        laneMemories.remove(index);
    }

    @Override
    public void forgetLane(int lane) {
        laneMemories.values().forEach(words -> words.remove(lane));
    }

    @Override
    public LaneState state(int index, int lane, int memory) {
        return new SharedLaneState(
                trackMemories.get(memory),
                laneMemories
                        .computeIfAbsent(index, i -> new HashMap<>())
                        .computeIfAbsent(lane, l -> Arena.ofAuto().allocate(WeirLaneState.LAYOUT)));
    }

    @Override
    public void startMemory(int memory, long lastIndex, long dropUntil) {
        MemorySegment track = Arena.ofAuto().allocate(WeirTrackState.LAYOUT);
        SharedLaneState.clear(track, lastIndex, dropUntil);
        trackMemories.put(memory, track);
    }

    @Override
    public void measure(int lane, PathMeasure measure, int laneClass) {
        calls.add("lane " + lane + " is of class " + laneClass);
    }

    @Override
    public ProgramSet link(Map<Integer, ProgramVariant> objects) {
        if (!refusal.isEmpty()) {
            throw new VerifierException("weir_ingress", EACCES, refusal);
        }
        calls.add("link programs " + objects.keySet());
        return new ProgramSet() {
            @Override
            public boolean looksAtObjects(int slot) {
                return false;
            }

            @Override
            public String check(int index, ProgramVariant variant, LaneClasses classes) {
                calls.add("try out policy " + index);
                return wrongAnswer;
            }

            @Override
            public long putInForce() {
                calls.add("programs in force");
                return 1;
            }

            @Override
            public void discard() {
                calls.add("programs discarded");
            }
        };
    }
}
