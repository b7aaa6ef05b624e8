// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirRuling;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameParser;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PacketIndexer;
import dev.weir.spi.PriorityAssigner;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A policy that is ready to be assigned: its hooks, its place in the kernel, and the account of what it decided.
///
/// Guarded by the engine's lock.
public final class InstalledPolicy {
    /// How a policy is carried out.
    public enum Form {
        /// The stock program reads its tables.
        TABLES("tables"),
        /// A program of its own.
        PROGRAM("program"),
        /// The kernel leaves its objects to user space.
        USER_SPACE("user-space");

        private final String word;

        Form(String word) {
            this.word = word;
        }

        /// The word for it in commands.
        public String word() {
            return word;
        }
    }

    /// What serves subscriptions that no assignment fits.
    static final InstalledPolicy PASS_ALL =
            new InstalledPolicy("pass-all", FanoutPolicy.passAll(), Form.TABLES, 0, 0, List.of());

    final FrameParser frames;
    final PacketIndexer indexer;
    final PriorityAssigner priorities;
    final ObjectFilter filter;
    /// In the map `policies`.
    final int index;
    /// Number of its program; 0: none.
    final int programSlot;
    private final String name;
    private final Form form;
    private final List<String> reasons;
    private final long[] kernelRulings = new long[WeirRuling.FORWARD.value + 1];
    private final Map<String, Long> droppedByUserSpace = new TreeMap<>();
    private long forwardedByUserSpace;
    private long programSwapNanos;

    /// @param reasons names of the kernel's drop reasons, the first one for 1
    InstalledPolicy(String name, FanoutPolicy policy, Form form, int index, int programSlot, List<String> reasons) {
        this.name = name;
        this.form = form;
        this.index = index;
        this.programSlot = programSlot;
        this.reasons = reasons;
        frames = policy.frames();
        indexer = policy.indexer();
        priorities = policy.priorities();
        filter = policy.filter();
    }

    /// Its name.
    public String name() {
        return name;
    }

    /// How it is carried out.
    public Form form() {
        return form;
    }

    /// How long putting its program in the place of the one before took, at all devices; 0 if that was not necessary.
    public long programSwapNanos() {
        return programSwapNanos;
    }

    void programSwapped(long nanos) {
        programSwapNanos = nanos;
    }

    boolean isPassAll() {
        return this == PASS_ALL;
    }

    void ruledByKernel(int ruling) {
        kernelRulings[ruling]++;
    }

    void forwardedByUserSpace() {
        forwardedByUserSpace++;
    }

    void droppedByUserSpace(String reason) {
        droppedByUserSpace.merge(reason, 1L, Long::sum);
    }

    /// The name of a drop reason that its kernel form gave.
    String reason(int ruling) {
        return ruling <= reasons.size() ? reasons.get(ruling - 1) : "reason_" + ruling;
    }

    long forwardedByKernelCount() {
        return kernelRulings[WeirRuling.FORWARD.value];
    }

    long forwardedByUserSpaceCount() {
        return forwardedByUserSpace;
    }

    Map<String, Long> droppedByKernel() {
        var result = new TreeMap<String, Long>();
        for (int reason = 1; reason <= WeirRuling.LAST_REASON.value; reason++) {
            if (kernelRulings[reason] > 0) {
                result.merge(reason(reason), kernelRulings[reason], Long::sum);
            }
        }
        return result;
    }

    Map<String, Long> droppedByUserSpaceCounts() {
        return new TreeMap<>(droppedByUserSpace);
    }

    @Override
    public String toString() {
        return name + " (" + form.word() + ")";
    }
}
