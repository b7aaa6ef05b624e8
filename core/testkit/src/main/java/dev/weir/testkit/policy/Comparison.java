// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.engine.dataplane.PolicyCases;
import dev.weir.spi.LaneState;
import dev.weir.spi.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Asks both forms of a policy the same questions.
///
/// The Java hooks are asked twice: one sequence after the other, and then all sequences in turns together with the kernel. A
/// policy that remembers anything outside of the state that it is given answers differently.
final class Comparison {
    static final int MOST_SEQUENCES = PolicyCases.MOST;

    private static final int IDLE_RUNS = 31;

    private final JavaForm java;
    private final @Nullable KernelForm kernel;
    private final String track;
    private final List<String> classes;
    private final boolean mayDefer;
    private final List<Double> nanosPerDecision = new ArrayList<>();

    /// @param kernel null: there is nothing but Java
    /// @param mayDefer whether the kernel may leave to user space what Java decides
    Comparison(JavaForm java, @Nullable KernelForm kernel, String track, List<String> classes, boolean mayDefer) {
        this.java = java;
        this.kernel = kernel;
        this.track = track;
        this.classes = classes;
        this.mayDefer = mayDefer;
    }

    /// The first difference, or null.
    ///
    /// @param sequences at most [#MOST_SEQUENCES]
    @Nullable Difference first(List<Sequence> sequences) {
        List<Asked> all = sequences.stream().map(sequence -> new Asked(sequence, track, classes)).toList();
        for (Asked asked : all) {
            asked.askAlone(java);
        }
        int longest = all.stream().mapToInt(asked -> asked.questions.size()).max().orElse(0);
        for (int step = 0; step < longest; step++) {
            Difference difference = compare(all, step);
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private @Nullable Difference compare(List<Asked> all, int step) {
        if (kernel != null) {
            askKernel(kernel, all, step);
        }
        for (int number = 0; number < all.size(); number++) {
            Asked asked = all.get(number);
            if (step >= asked.questions.size()) {
                continue;
            }
            String finding = asked.failsAt(step) ? asked.failure : compare(asked, step, number);
            if (!finding.isEmpty()) {
                return new Difference(asked.sequence.first(step + 1), finding);
            }
        }
        return null;
    }

    /// Sequences that have ended leave their last question in the map: it is answered and nobody looks.
    private void askKernel(KernelForm form, List<Asked> all, int step) {
        int asking = 0;
        for (int number = 0; number < all.size(); number++) {
            Asked asked = all.get(number);
            if (step < asked.questions.size()) {
                form.ask(number, asked.questions.get(step), asked.state);
                asking++;
            }
        }
        long nanos = form.run(all.size());
        if (asking == MOST_SEQUENCES) {
            nanosPerDecision.add((double) nanos / asking);
        }
    }

    private String compare(Asked asked, int step, int number) {
        Answer alone = asked.answers.get(step);
        Answer inTurns;
        try {
            inTurns = java.answer(asked.questions.get(step), asked.state);
        } catch (HookFailure e) {
            return e.getMessage();
        }
        if (!inTurns.equals(alone)) {
            return "The hooks answer differently when other lanes ask in between: keep what they remember in LaneState.\n"
                    + Answer.differences("Java alone", alone, "Java in turns", inTurns);
        }
        if (kernel == null) {
            return "";
        }
        Answer answer = kernel.answer(number);
        if (mayDefer && answer.verdict() instanceof Verdict.Defer && asked.isUnchanged(answer, step)) {
            answer = answer.decidedAs(alone);
        }
        return answer.equals(alone) ? "" : Answer.differences("Java", alone, "the kernel", answer);
    }

    /// What a decision took, in the middle of all full runs; 0 without any.
    double medianNanos() {
        double[] sorted = nanosPerDecision.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /// What the first questions take if the policy decides nothing, in the middle of some runs.
    ///
    /// @param sequences as many as in a full run
    double idleNanos(List<Sequence> sequences) {
        KernelForm form = Objects.requireNonNull(kernel, "there is no kernel to ask");
        double[] nanos = new double[IDLE_RUNS];
        for (int run = 0; run < IDLE_RUNS; run++) {
            for (int number = 0; number < sequences.size(); number++) {
                form.askIdle(number, sequences.get(number).first(1).questions(track, classes).getFirst());
            }
            nanos[run] = (double) form.run(sequences.size()) / sequences.size();
        }
        Arrays.sort(nanos);
        return nanos[IDLE_RUNS / 2];
    }

    /// A sequence and what Java says to it.
    private static final class Asked {
        final Sequence sequence;
        final List<Question> questions;
        final List<Answer> answers = new ArrayList<>();
        /// Of the turns.
        final LaneState state;
        String failure = "";

        Asked(Sequence sequence, String track, List<String> classes) {
            this.sequence = sequence;
            questions = sequence.questions(track, classes);
            state = JavaForm.start(sequence);
        }

        void askAlone(JavaForm java) {
            LaneState alone = JavaForm.start(sequence);
            try {
                for (Question question : questions) {
                    answers.add(java.answer(question, alone));
                }
            } catch (HookFailure e) {
                failure = String.valueOf(e.getMessage());
            }
        }

        /// Whether the policy remembers after a step what it did before.
        boolean isUnchanged(Answer answer, int step) {
            if (step > 0) {
                return answer.remembersAs(answers.get(step - 1));
            }
            LaneState start = JavaForm.start(sequence);
            return answer.lastIndex() == start.lastIndex()
                    && answer.dropUntil() == start.dropUntil()
                    && answer.words().equals(Answer.words(start))
                    && answer.laneWords().equals(Answer.laneWords(start));
        }

        boolean failsAt(int step) {
            return step == answers.size();
        }
    }
}
