// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.abi.Policy;
import dev.weir.abi.PolicyCase;
import dev.weir.abi.WeirObject;
import dev.weir.engine.dataplane.PolicyCases;
import dev.weir.engine.dataplane.PolicyObject;
import dev.weir.engine.dataplane.PolicyWriter;
import dev.weir.engine.dataplane.SharedLaneState;
import dev.weir.kernel.BpfLinker;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.LoadedObject;
import dev.weir.spi.LaneState;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/// A policy's plan in the kernel, asked by test runs. Needs the privileges that BPF needs.
final class KernelForm implements AutoCloseable {
    private static final String OBJECT = "weir_ingress.bpf.o";
    /// Of the policy, among those in the kernel.
    private static final int INDEX = 1;
    /// Of a policy that decides nothing.
    private static final int IDLE = 2;
    private static final int SLOT = 1;

    private final LoadedObject object;
    private final BpfProgram check;
    private final PolicyCases cases;
    private final List<String> reasons;

    private KernelForm(LoadedObject object, LaneClasses classes, List<String> reasons) {
        this.object = object;
        this.reasons = reasons;
        check = object.program("weir_policy_check");
        cases = new PolicyCases(object.map("policy_cases").mmap(), classes);
    }

    /// Puts a plan into a data plane of its own.
    ///
    /// @throws dev.weir.kernel.KernelException if the kernel refuses the policy's program
    /// @throws dev.weir.engine.policy.PolicyException if the object was built against another header
    static KernelForm load(KernelPlan plan, LaneClasses classes) {
        return switch (plan) {
            case MapEntries entries -> of(
                    BpfObjectFile.ofResource("/bpf/" + OBJECT).load(),
                    classes,
                    MapEntries.REASONS,
                    entry -> PolicyWriter.tables(entry, entries, classes));
            case ProgramVariant variant -> {
                PolicyObject own = PolicyObject.read(variant.object());
                var core = new BpfLinker.Input(OBJECT, BpfObjectFile.resource("/bpf/" + OBJECT));
                byte[] linked = BpfLinker.link(List.of(core, own.input(SLOT)));
                yield of(
                        BpfObjectFile.open(linked, OBJECT).load(),
                        classes,
                        variant.reasons(),
                        entry -> PolicyWriter.program(entry, variant, SLOT, own.looksAtObjects()));
            }
        };
    }

    private static KernelForm of(
            LoadedObject object, LaneClasses classes, List<String> reasons, Consumer<MemorySegment> writer) {
        try {
            writer.accept(Policy.at(object.map("policies").mmap(), INDEX));
            return new KernelForm(object, classes, reasons);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /// Writes a question.
    ///
    /// @param number 0 to [PolicyCases#MOST] - 1
    /// @param before what the policy remembers
    void ask(int number, Question question, LaneState before) {
        cases.ask(number, INDEX, question.media(), question.payload(), question.lane());
        SharedLaneState state = state(number);
        SharedLaneState.clear(state.track(), before.lastIndex(), before.dropUntil());
        for (int word = 0; word < LaneState.WORDS; word++) {
            state.word(word, before.word(word));
            state.laneWord(word, before.laneWord(word));
        }
    }

    /// Writes a question to a policy that decides nothing: the price of asking.
    void askIdle(int number, Question question) {
        cases.ask(number, IDLE, question.media(), question.payload(), question.lane());
    }

    private SharedLaneState state(int number) {
        MemorySegment question = cases.at(number);
        return new SharedLaneState(PolicyCase.track(question), PolicyCase.shared(question));
    }

    /// Lets the first `count` questions be answered.
    ///
    /// @return nanoseconds that it took
    long run(int count) {
        return PolicyCases.run(check, count);
    }

    Answer answer(int number) {
        MemorySegment looked = PolicyCase.object(cases.at(number));
        SharedLaneState state = state(number);
        return new Answer(
                cases.answer(number, reasons),
                WeirObject.index(looked),
                WeirObject.restart(looked),
                WeirObject.priority(looked) & 0xff,
                WeirObject.layer(looked) & 0xff,
                WeirObject.isIndependent(looked) != 0,
                WeirObject.picture(looked),
                state.lastIndex(),
                state.dropUntil(),
                Answer.words(state),
                Answer.laneWords(state));
    }

    @Override
    public void close() {
        object.close();
    }
}
