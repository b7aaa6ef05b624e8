// SPDX-License-Identifier: Apache-2.0
package dev.weir.policytck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PriorityAssigner;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport.Form;
import dev.weir.testkit.policy.DecisionCost;
import dev.weir.testkit.policy.NonConformance;
import dev.weir.testkit.policy.PolicyConformance;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What conforms passes; every single mistake is found, and shown with few questions.
@RequiresBpf
class PolicyConformanceIT {
    private static final int MOST_STEPS = 3;

    private static PolicyConformance conformance(FanoutPolicy policy) {
        return PolicyConformance.of(policy, SamplePolicy.CLASSES);
    }

    private static NonConformance fault(PolicyConformance conformance) {
        NonConformance fault = catchThrowableOfType(NonConformance.class, conformance::run);
        assertThat(fault).as("the conformance test finds the fault").isNotNull();
        assertThat(fault.steps()).as(fault.getMessage()).hasSizeBetween(1, MOST_STEPS);
        return fault;
    }

    @Test
    void theDefaultPolicyConforms() {
        var report = conformance(FanoutPolicy.passAll()).run();

        assertThat(report.form()).isEqualTo(Form.TABLES);
        assertThat(report.cases()).isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void whatADecisionCostsIsMeasured() {
        var cost = DecisionCost.of(FanoutPolicy.passAll(), SamplePolicy.CLASSES);

        assertThat(cost.idleNanos()).isPositive();
        assertThat(cost.nanos()).isGreaterThan(cost.idleNanos());
        assertThat(cost).hasToString("%.1f ns per decision (%.1f ns with asking)".formatted(cost.nanos() - cost.idleNanos(), cost.nanos()));
        System.out.println("pass-all: " + cost);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void tablesConform(long seed) {
        var tables = new RandomTables(seed).next();

        var report = conformance(MapEntries.policy(tables)).seed(seed).run();

        assertThat(report.cases()).isGreaterThanOrEqualTo(100_000);
        System.out.println("tables: " + report.cost());
    }

    @Test
    void aProgramConforms() {
        var policy = SamplePolicy.with("GAP = 1", "GAP = 1");

        var report = conformance(policy).payloads(SamplePolicy::payload).run();

        assertThat(report.form()).isEqualTo(Form.PROGRAM);
        assertThat(report.cases()).isGreaterThanOrEqualTo(100_000);
        assertThat(report.cost().nanos()).isGreaterThan(report.cost().idleNanos());
        System.out.println("program: " + report.cost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            object->priority >= config->words[LIMIT] ~ object->priority > config->words[LIMIT]
            words[DROPS]++                           ~ words[DROPS + 1]++
            object->restart < track->drop_until      ~ (__s64)object->restart < (__s64)track->drop_until
            payload->length >= 4                     ~ payload->length >= 3
            shared->words[CLOSED_AT] = lane->now_ns; ~ shared->words[CLOSED_AT] += 0;
            return WEIR_DROP(CLOSED)                 ~ return WEIR_DROP(GAP)
            return WEIR_DEFER                        ~ return WEIR_FORWARD
            priority > 255 ? 255 : priority          ~ priority
            eighths > window * 7                     ~ eighths >= window * 7
            eighths < window * config                ~ eighths <= window * config
            object->index + 1                        ~ object->index
            payload->bytes[2] << 8                   ~ payload->bytes[2] << 7
            object->restart = object->group - 1      ~ object->restart = object->group
            !(first & 8)                             ~ first & 8
            >= (__s64)config->words[RECOVERY_NS]     ~ > (__s64)config->words[RECOVERY_NS]
            (__s64)(lane->now_ns - shared->words[CLOSED_AT]) >= (__s64) ~ lane->now_ns - shared->words[CLOSED_AT] >=
            """)
    void mistakesInProgramsAreFound(String right, String wrong) {
        var fault = fault(conformance(SamplePolicy.with(right, wrong)).payloads(SamplePolicy::payload));

        assertThat(fault).hasMessageContaining("the kernel says").hasMessageContaining("new TestVector(");
    }

    @Test
    void theSmallestCaseIsPrintedAsJava() {
        var fault = fault(conformance(SamplePolicy.with("return WEIR_DEFER", "return WEIR_FORWARD")));

        assertThat(fault).hasMessageContaining("""
                verdict: Java says Verdict.defer(), the kernel says Verdict.forward()
                """).hasMessageContaining("""
                The state is fresh. The question, with Java's answer:
                new TestVector(
                        new MediaObject("weir/conformance", 0L, 0L, 0L, 0, DeliveryMode.DATAGRAM, 0, 0L),
                        new byte[] {},
                        new LaneView(0L, "default", 0, 0L, 0L, 0L, 0L, 0L, 0L, 500001),
                        Verdict.defer())""");
    }

    @Test
    void whatMayBeDeferredMayNotChangeTheState() {
        String verdict = "if (object->priority >= 200)\n\t\treturn WEIR_DEFER;\n\tif (lane->loss";
        var defers = SamplePolicy.with("if (lane->loss", verdict);
        var remembers = SamplePolicy.with("if (lane->loss", "track->words[5]++;\n\t" + verdict);

        assertThat(conformance(defers).payloads(SamplePolicy::payload).mayDefer().run().form()).isEqualTo(Form.PROGRAM);
        fault(conformance(defers).payloads(SamplePolicy::payload));
        fault(conformance(remembers).payloads(SamplePolicy::payload).mayDefer());
    }

    /// A policy whose tables in the kernel are others than those in Java.
    private static FanoutPolicy confused(MapEntries java, MapEntries kernel) {
        return new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return java.frames();
            }

            @Override
            public PriorityAssigner priorities() {
                return java.priorities();
            }

            @Override
            public ObjectFilter filter() {
                return java.filter();
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(kernel);
            }
        };
    }

    private static void assertFound(MapEntries.Builder java, MapEntries.Builder kernel) {
        fault(conformance(confused(java.build(), kernel.build())));
    }

    private static MapEntries.Builder rule(Rule rule) {
        return MapEntries.builder().rule("low", rule);
    }

    @Test
    void aWrongBitOfATableIsFound() {
        assertFound(MapEntries.builder().layers(priority -> 0), MapEntries.builder().layers(priority -> priority == 77 ? 1 : 0));
        assertFound(MapEntries.builder(), MapEntries.builder().priorities(priority -> priority == 254 ? 255 : priority));
        assertFound(MapEntries.builder(), MapEntries.builder().layerIsSubgroup());
    }

    @Test
    void aWrongNumberInARuleIsFound() {
        assertFound(rule(Rule.all().limit(128)), rule(Rule.all().limit(129)));
        assertFound(rule(Rule.all().layers(256).limitAbove(15 / 16.0, 128)), rule(Rule.all().limitAbove(14 / 16.0, 128)));
        assertFound(rule(Rule.all().everyNthGroup(5)), rule(Rule.all().everyNthGroup(6)));
        assertFound(rule(Rule.all().maxAge(Duration.ofNanos(300_000_000))), rule(Rule.all().maxAge(Duration.ofNanos(300_000_001))));
        assertFound(rule(Rule.all().budget(1_000_000, 20_000)), rule(Rule.all().budget(1_000_000, 20_001)));
        assertFound(rule(Rule.all().budget(1_000_000, 20_000)), rule(Rule.all().budget(1_000_001, 20_000)));
    }

    @Test
    void aParserThatTablesCannotBeIsFound() {
        var policy = new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return (media, payload) -> new FrameContent(0, media.object() == 0 && payload.hasRemaining());
            }

            @Override
            public ObjectFilter filter() {
                return (object, lane, state) -> Verdict.forward();
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(MapEntries.passAll());
            }
        };

        assertThat(fault(conformance(policy))).hasMessageContaining("independent: Java says false, the kernel says true");
    }
}
