// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirRuling;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameParser;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PacketIndexer;
import dev.weir.spi.PriorityAssigner;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A policy that is ready to be assigned: its hooks, its place in the kernel, and the account of what it decides.
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

    private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// What serves subscriptions that no assignment fits.
    static final InstalledPolicy PASS_ALL =
            new InstalledPolicy("pass-all", FanoutPolicy.passAll(), Form.TABLES, 0, 0, List.of(), new PolicyAccount());

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
    private final PolicyAccount account;
    /// Of the account, by number of the ruling; none for [WeirRuling#NONE].
    private final PolicyAccount.Count[] kernelRulings = new PolicyAccount.Count[WeirRuling.FORWARD.value + 1];
    private long programSwapNanos;
    private long nextComplaint;

    /// @param reasons names of the kernel's drop reasons, the first one for 1
    InstalledPolicy(
            String name,
            FanoutPolicy policy,
            Form form,
            int index,
            int programSlot,
            List<String> reasons,
            PolicyAccount account) {
        this.name = name;
        this.form = form;
        this.index = index;
        this.programSlot = programSlot;
        this.reasons = reasons;
        this.account = account;
        frames = Objects.requireNonNull(policy.frames(), "frames() gives null");
        indexer = Objects.requireNonNull(policy.indexer(), "indexer() gives null");
        priorities = Objects.requireNonNull(policy.priorities(), "priorities() gives null");
        filter = Objects.requireNonNull(policy.filter(), "filter() gives null");
        for (int ruling = 1; ruling <= WeirRuling.LAST_REASON.value; ruling++) {
            kernelRulings[ruling] = account.droppedByKernel(reason(ruling));
        }
        kernelRulings[WeirRuling.FORWARD.value] = account.forwardedByKernel;
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

    /// @param ruling a reason or [WeirRuling#FORWARD]
    void ruledByKernel(int ruling) {
        kernelRulings[ruling].increment();
    }

    PolicyAccount account() {
        return account;
    }

    /// A hook has failed.
    ///
    /// @param now CLOCK_MONOTONIC in nanoseconds
    /// @return whether the log is to hear of it, which it does once a minute
    boolean failed(long now) {
        account.failures.increment();
        boolean isDue = now >= nextComplaint;
        if (isDue) {
            nextComplaint = now + COMPLAINT_NANOS;
        }
        return isDue;
    }

    /// The name of a drop reason that its kernel form gave.
    String reason(int ruling) {
        return ruling <= reasons.size() ? reasons.get(ruling - 1) : "reason_" + ruling;
    }

    @Override
    public String toString() {
        return name + " (" + form.word() + ")";
    }
}
