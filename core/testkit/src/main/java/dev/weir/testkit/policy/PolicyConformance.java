// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneState;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.Rule;
import dev.weir.spi.plan.TestVector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Asks a policy's Java hooks and its kernel form the same questions, and fails on the first difference: in the verdict and its
/// reason, in what the policy makes of the object (index, restart, priority, layer, independent, picture), and in every word
/// that it remembers.
///
/// ```java
/// @RequiresBpf
/// class MyPolicyIT {
///     @Test
///     void bothFormsAgree() {
///         PolicyConformance.of(new MyPolicy(3), () -> List.of("default", "mobile")).run();
///     }
/// }
/// ```
///
/// The questions are generated: objects of both modes with IDs at the boundaries, payloads, lanes with windows that are
/// empty, nearly full and overdrawn; in sequences, so that state builds up while time moves on. Numbers of the plan
/// (`config`, rules) come up more often than others. The same seed gives the same questions. A difference is made as small
/// as it goes and printed as Java text.
///
/// The Java hooks are tested for themselves as well: they throw nothing, and answer the same whatever other lanes ask in
/// between. Of a policy without a plan nothing else is tested, without any privileges; with a plan the test needs what BPF needs.
///
/// For one thread.
public final class PolicyConformance {
    /// What makes a kernel form count as conforming.
    private static final int LEAST_CASES = 100_000;
    /// Questions of the sequences of one round after the other.
    private static final int[] LENGTHS = {1, 3, 8, 24, 64};

    private final FanoutPolicy policy;
    private final LaneClasses classes;
    private long seed = 1;
    private int cases = LEAST_CASES;
    private String track = "weir/conformance";
    private @Nullable PayloadGenerator payloads;
    private boolean mayDefer;

    private PolicyConformance(FanoutPolicy policy, LaneClasses classes) {
        this.policy = policy;
        this.classes = classes;
    }

    /// Begins a test of a policy: 100,000 cases, seed 1.
    ///
    /// @param classes the relay's lane classes; all of them come up
    public static PolicyConformance of(FanoutPolicy policy, LaneClasses classes) {
        return new PolicyConformance(policy, classes);
    }

    /// Other questions.
    public PolicyConformance seed(long value) {
        seed = value;
        return this;
    }

    /// At least so many questions; they are asked in rounds of some thousands. Fewer than 100,000 only of a policy without a plan.
    public PolicyConformance cases(int count) {
        cases = count;
        return this;
    }

    /// The full track name that the objects have.
    public PolicyConformance track(String name) {
        track = name;
        return this;
    }

    /// Payloads that the policy's parser understands. Without it they are short or random.
    public PolicyConformance payloads(PayloadGenerator generator) {
        payloads = generator;
        return this;
    }

    /// Lets the program answer WEIR_DEFER where Java has a verdict: user space asks Java then. The program must leave its
    /// state as it was.
    public PolicyConformance mayDefer() {
        mayDefer = true;
        return this;
    }

    /// Runs the test.
    ///
    /// @return what was done
    /// @throws NonConformance with the smallest case, if there is a difference
    /// @throws dev.weir.kernel.KernelException if the kernel does not take the plan
    public ConformanceReport run() {
        KernelPlan plan = policy.plan(classes).orElse(null);
        if (plan != null && cases < LEAST_CASES) {
            throw new IllegalArgumentException("A kernel form is asked at least " + LEAST_CASES + " questions, not " + cases
                    + "; leave cases() out, or name more.");
        }
        var generator = new CaseGenerator(seed, numbers(plan), payloads, track);
        if (plan == null) {
            return run(generator, null, ConformanceReport.Form.NONE);
        }
        try (KernelForm kernel = KernelForm.load(plan, classes)) {
            var form = plan instanceof MapEntries ? ConformanceReport.Form.TABLES : ConformanceReport.Form.PROGRAM;
            return run(generator, kernel, form);
        }
    }

    private ConformanceReport run(CaseGenerator generator, @Nullable KernelForm kernel, ConformanceReport.Form form) {
        var comparison = new Comparison(new JavaForm(policy), kernel, track, classes.names(), mayDefer);
        long asked = 0;
        List<Sequence> last = List.of();
        for (int round = 0; asked < cases; round++) {
            int length = LENGTHS[round % LENGTHS.length];
            last = Stream.generate(() -> generator.next(length)).limit(Comparison.MOST_SEQUENCES).toList();
            Difference difference = comparison.first(last);
            if (difference != null) {
                throw failure(comparison, difference, asked + (long) last.size() * difference.sequence().steps().size());
            }
            asked += (long) length * last.size();
        }
        double idleNanos = kernel == null ? 0 : comparison.idleNanos(last);
        return new ConformanceReport(form, asked, new DecisionCost(comparison.medianNanos(), idleNanos));
    }

    private NonConformance failure(Comparison comparison, Difference found, long asked) {
        Difference smallest = Shrinker.shrink(comparison, found);
        Sequence sequence = smallest.sequence();
        List<TestVector> steps = vectors(sequence);
        String state = sequence.lastIndex() == LaneState.NONE && sequence.dropUntil() == 0
                ? "The state is fresh."
                : "The state begins with last index " + JavaText.number(sequence.lastIndex()) + " and drop until "
                        + JavaText.number(sequence.dropUntil()) + ".";
        String text = String.join(",\n", steps.stream().map(JavaText::vector).toList());
        return new NonConformance(
                "The policy does not conform (seed %d, within %d cases):\n%s\n%s %s\n%s".formatted(
                        seed, asked, smallest.finding(), state,
                        steps.size() == 1
                                ? "The question, with Java's answer:"
                                : "The questions in their order, with Java's answers; the last one shows the difference:",
                        text),
                steps);
    }

    private List<TestVector> vectors(Sequence sequence) {
        var java = new JavaForm(policy);
        LaneState state = JavaForm.start(sequence);
        var vectors = new ArrayList<TestVector>();
        for (Question question : sequence.questions(track, classes.names())) {
            vectors.add(new TestVector(question.media(), question.payload(), question.lane(), verdict(java, question, state)));
        }
        return vectors;
    }

    /// A hook that fails has no answer; user space takes that for "send it".
    private static Verdict verdict(JavaForm java, Question question, LaneState state) {
        try {
            return java.answer(question, state).verdict();
        } catch (HookFailure e) {
            return Verdict.forward();
        }
    }

    private long[] numbers(@Nullable KernelPlan plan) {
        LongStream numbers = switch (plan) {
            case ProgramVariant variant -> variant.config().stream().mapToLong(Long::longValue);
            case MapEntries entries -> classes.names().stream().map(entries::rule).flatMapToLong(PolicyConformance::numbers);
            case null -> LongStream.empty();
        };
        return numbers.distinct().toArray();
    }

    private static LongStream numbers(Rule rule) {
        var others = LongStream.of(
                rule.layers(), rule.groupStep(), rule.maxAge().toNanos(), rule.bytesPerSecond(), rule.burst());
        return LongStream.concat(others, rule.limits().stream().mapToLong(Integer::longValue));
    }
}
