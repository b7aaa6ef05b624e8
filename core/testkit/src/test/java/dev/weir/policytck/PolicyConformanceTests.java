// SPDX-License-Identifier: Apache-2.0
package dev.weir.policytck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.MapEntries;
import dev.weir.testkit.policy.ConformanceReport.Form;
import dev.weir.testkit.policy.NonConformance;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Policies without a plan: their Java hooks are tested alone, without a kernel.
class PolicyConformanceTests {
    private static PolicyConformance conformance(FanoutPolicy policy) {
        return PolicyConformance.of(policy, SamplePolicy.CLASSES);
    }

    private static FanoutPolicy filtering(ObjectFilter filter) {
        return new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return filter;
            }
        };
    }

    private static FanoutPolicy parsing(FrameParser parser) {
        return new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return parser;
            }
        };
    }

    @Test
    void withoutAPlanThereIsNothingToCompare() {
        var report = conformance(filtering(ObjectFilter.all())).run();

        assertThat(report.form()).isEqualTo(Form.NONE);
        assertThat(report.cases()).isGreaterThanOrEqualTo(100_000);
        assertThat(report.cost().nanos()).isZero();
    }

    @Test
    void aHookThatThrowsIsFound() {
        var policy = parsing((media, payload) -> new FrameContent(payload.get(2) & 7, true));

        var fault = catchThrowableOfType(NonConformance.class, conformance(policy)::run);

        assertThat(fault).hasMessageContaining("The FrameParser failed with java.lang.IndexOutOfBoundsException")
                .hasMessageContaining("new byte[] {},");
        assertThat(fault.steps()).hasSize(1);
    }

    @Test
    void anAnswerOfNullIsFound() {
        var policy = parsing((media, payload) -> payload.remaining() == 5 ? null : new FrameContent(0, true));

        assertThatThrownBy(conformance(policy)::run).isInstanceOf(NonConformance.class).hasMessageContaining("the answer is null");
    }

    @Test
    void aPolicyThatRemembersInFieldsIsFound() {
        var asked = new AtomicLong();
        var policy = filtering((object, lane, state) ->
                asked.incrementAndGet() % 100 == 0 ? Verdict.drop("hundredth") : Verdict.forward());

        assertThatThrownBy(conformance(policy)::run)
                .isInstanceOf(NonConformance.class)
                .hasMessageContaining("answer differently when other lanes ask in between");
    }

    /// Forwards everything; what is asked of streams that have begun is for the test.
    private abstract static class Begun implements ObjectFilter {
        @Override
        public Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
            return Verdict.forward();
        }

        static Verdict changing(LaneView lane, LaneState state) {
            state.word(3, lane.nowNanos());
            return Verdict.forward();
        }
    }

    @Test
    void reconsideringMayNotChangeTheState() {
        var policy = filtering(new Begun() {
            @Override
            public Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
                return changing(lane, state);
            }
        });

        assertThatThrownBy(conformance(policy)::run).isInstanceOf(NonConformance.class).hasMessageContaining("reconsider()");
    }

    @Test
    void interruptingMayNotChangeTheState() {
        var policy = filtering(new Begun() {
            @Override
            public Verdict interrupt(FanoutObject object, LaneView lane, LaneState state) {
                return changing(lane, state);
            }
        });

        assertThatThrownBy(conformance(policy)::run).isInstanceOf(NonConformance.class).hasMessageContaining("interrupt()");
    }

    /// So no policy passes with less, bundled ones and examples included: each of their tests is such a run.
    @Test
    void aKernelFormIsAskedNoLessThanAHundredThousandQuestions() {
        var tables = MapEntries.policy(MapEntries.passAll());

        assertThatThrownBy(conformance(tables).cases(99_999)::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 100000 questions, not 99999");
    }

    @Test
    void theSameSeedAsksTheSameQuestions() {
        assertThat(objects(7)).isEqualTo(objects(7)).isNotEqualTo(objects(8));
    }

    private static List<FanoutObject> objects(long seed) {
        var objects = new ArrayList<FanoutObject>();
        conformance(filtering((object, lane, state) -> {
            objects.add(object);
            return Verdict.forward();
        })).seed(seed).cases(1).run();
        return objects;
    }

    @Test
    void boundariesComeUp() {
        Set<Long> groups = new HashSet<>();
        Set<String> classes = new HashSet<>();
        Set<Integer> priorities = new HashSet<>();
        Set<String> lanes = new HashSet<>();
        conformance(filtering((object, lane, state) -> {
            groups.add(object.media().group());
            classes.add(lane.laneClass());
            priorities.add(object.priority());
            lanes.add(Long.signum(lane.bytesInFlight() - lane.congestionWindow()) + (lane.congestionWindow() == 0 ? " of nothing" : ""));
            return Verdict.forward();
        })).run();

        assertThat(groups).contains(0L, (1L << 62) - 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1L);
        assertThat(classes).containsExactlyInAnyOrderElementsOf(SamplePolicy.CLASSES.names());
        assertThat(priorities).hasSize(256);
        assertThat(lanes).containsExactlyInAnyOrder("-1", "0", "1", "0 of nothing", "1 of nothing");
    }
}
