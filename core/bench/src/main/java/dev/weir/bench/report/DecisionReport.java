// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;
import java.util.stream.IntStream;

/// What the data plane takes for a copy under one form of a policy.
///
/// @param policy its name
/// @param form `none`, `tables` or `program`
/// @param subscribers copies per packet
/// @param nsPerCopy run time of the BPF program per copy, nanoseconds, one figure per turn
/// @param nsPerCall what asking the policy alone takes, nanoseconds; 0: not measured
public record DecisionReport(String policy, String form, int subscribers, List<Double> nsPerCopy, double nsPerCall) {
    /// Of the normal distribution, for 95 %.
    private static final double DEVIATIONS = 1.96;

    /// Copies the list.
    public DecisionReport {
        nsPerCopy = List.copyOf(nsPerCopy);
    }

    /// What the policy adds to a copy: the median of the differences between neighbouring turns, for the machine changes meanwhile.
    ///
    /// @param none the same without a policy
    /// @return nanoseconds, and between what the true median lies with 95 % confidence (order statistics)
    public Spread nsPerDecision(DecisionReport none) {
        int turns = Math.min(nsPerCopy.size(), none.nsPerCopy.size());
        List<Double> differences = IntStream.range(0, turns)
                .mapToObj(turn -> nsPerCopy.get(turn) - none.nsPerCopy.get(turn))
                .sorted()
                .toList();
        int margin = (int) Math.ceil(DEVIATIONS * Math.sqrt(turns) / 2);
        double least = differences.get(Math.max(0, turns / 2 - margin));
        double greatest = differences.get(Math.min(turns - 1, turns / 2 + margin));
        return new Spread(Spread.of(differences).median(), least, greatest);
    }
}
