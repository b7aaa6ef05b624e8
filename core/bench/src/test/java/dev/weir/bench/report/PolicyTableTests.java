// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolicyTableTests {
    private static BottleneckReport run(String policy, int repetition, long decodable, long dropped) {
        return new BottleneckReport(1_200_000, "datagram", policy, "program", repetition, Map.of("key", 10L, "droppable", 90L),
                Map.of("key", decodable), 1000, 900, 100 - dropped, dropped == 0 ? Map.of() : Map.of("congestion", dropped), Map.of(), 7,
                new Latency(2000, 9000, 9900));
    }

    private static PolicyReport report(List<BottleneckReport> runs, List<DecisionReport> decisions) {
        return new PolicyReport(2_000_000, 0, 400, 500, runs, decisions, List.of());
    }

    @Test
    void repetitionsBecomeOneRowWithMedianLeastAndGreatest() {
        String text = PolicyTable.bottleneck(report(
                List.of(run("a", 1, 2, 20), run("b", 1, 8, 0), run("a", 2, 4, 40), run("a", 3, 9, 60)), List.of()));

        assertThat(text.lines()).hasSize(3);
        assertThat(text.lines().toList().get(1).strip().split(" {2,}")).containsExactly("1.20", "datagram", "a", "program", "4.0 (2.0–9.0)",
                "4/10", "0/0", "0/90", "40.0 (20.0–60.0)", "congestion 40", "7", "-", "2", "9");
        assertThat(text.lines().toList().get(2).split(" {2,}")).contains("b", "8.0", "0.0", "-");
    }

    @Test
    void everyLinkHasRowsOfItsOwn() {
        BottleneckReport narrow = run("a", 1, 2, 20);
        var wide = new BottleneckReport(2_400_000, narrow.mode(), "a", "program", 1, narrow.publishedFrames(), Map.of("key", 9L), 1000,
                900, 100, Map.of(), Map.of(), 0, narrow.latencyUs());

        assertThat(PolicyTable.bottleneck(report(List.of(narrow, wide), List.of())).lines().skip(1))
                .satisfiesExactly(row -> assertThat(row.strip()).startsWith("1.20 ").contains(" 2.0 "),
                        row -> assertThat(row.strip()).startsWith("2.40 ").contains(" 9.0 "));
    }

    @Test
    void aDecisionCostsTheMedianDifferenceOfNeighbouringTurns() {
        var none = new DecisionReport("none", "none", 64, List.of(4000.0, 6000.0, 5000.0), 0);
        var tables = new DecisionReport("threshold", "tables", 64, List.of(4030.0, 6040.0, 5500.0), 12.34);

        assertThat(tables.nsPerDecision(none)).isEqualTo(new Spread(40, 30, 500));
        List<String> lines = PolicyTable.decisions(report(List.of(), List.of(none, tables))).lines().toList();
        assertThat(lines.get(1).strip().split(" {2,}")).containsExactly("none", "none", "64", "5000", "-", "-", "-");
        assertThat(lines.get(2).strip().split(" {2,}"))
                .containsExactly("threshold", "tables", "64", "5500", "40 (30–500)", "0.8", "12.3");
    }

    @Test
    void manyTurnsMakeTheMedianCertain() {
        List<Double> none = Collections.nCopies(100, 1000.0);
        List<Double> turns = IntStream.range(0, 100).mapToObj(turn -> 1000.0 + turn).toList();

        assertThat(new DecisionReport("x", "program", 64, turns, 0).nsPerDecision(new DecisionReport("none", "none", 64, none, 0)))
                .isEqualTo(new Spread(49.5, 40, 60));
    }

    @Test
    void nothingMeasuredIsNoTable() {
        assertThat(PolicyTable.bottleneck(report(List.of(), List.of()))).isEmpty();
        assertThat(PolicyTable.decisions(report(List.of(), List.of()))).isEmpty();
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4, 1, 3, 2))).isEqualTo(new Spread(2.5, 1, 4));
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
