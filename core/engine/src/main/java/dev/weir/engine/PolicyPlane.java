// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.spi.LaneState;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import java.util.Map;

/// Policies in the kernel, as the engine drives them. Indices are those of the map `policies`; number 0 lets everything
/// pass and is never written.
///
/// [#link] and what it gives may be called without the engine's lock, by one thread at a time; everything else under it.
public interface PolicyPlane {
    /// Number of policies, number 0 included.
    int policies();

    /// Number of programs that can be linked at a time; the first one is number 1.
    int programs();

    /// Number of memories for one lane and one track each; number 0 is nobody's.
    int memories();

    /// Makes an entry that leaves everything to user space.
    void putDeferring(int index);

    /// Makes an entry of tables.
    void putTables(int index, MapEntries entries, LaneClasses classes);

    /// Makes an entry of a program that is linked, or about to be.
    ///
    /// @param slot number of the program
    /// @param looksAtObjects whether it has a WEIR_OBJECT
    void putProgram(int index, ProgramVariant variant, int slot, boolean looksAtObjects);

    /// Sets what policy `index` remembers of lanes to zeros.
    void clearLaneWords(int index);

    /// Sets what all policies remember of a lane to zeros.
    void forgetLane(int lane);

    /// What policy `index` remembers of a lane and a track.
    LaneState state(int index, int lane, int memory);

    /// Sets a memory to what a policy begins with.
    void startMemory(int memory, long lastIndex, long dropUntil);

    /// What policies are told of the way to a lane's peer.
    ///
    /// @param laneClass number of its class
    void measure(int lane, PathMeasure measure, int laneClass);

    /// Links these objects with the data plane and loads the result beside the program in force. Takes as long as the verifier.
    ///
    /// @param objects by number of the program
    /// @throws dev.weir.kernel.KernelException if an object cannot be linked or is refused by the verifier
    ProgramSet link(Map<Integer, ProgramVariant> objects);

    /// A data plane with programs, loaded and not yet in force.
    interface ProgramSet {
        /// Whether the object in the slot has a WEIR_OBJECT.
        boolean looksAtObjects(int slot);

        /// Runs a policy's test vectors.
        ///
        /// @param index a policy whose entry names the slot
        /// @return a sentence about the first wrong answer, or an empty text if all are right
        String check(int index, ProgramVariant variant, LaneClasses classes);

        /// Puts it on all devices, in the place of what is there.
        ///
        /// @return how long that took from the first device to the last, nanoseconds
        long putInForce();

        /// Takes it out of the kernel again; for one that was not put in force.
        void discard();
    }
}
