// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;

/// What the data plane takes for a copy under one form of a policy.
///
/// @param policy its name
/// @param form `none`, `tables` or `program`
/// @param subscribers copies per packet
/// @param nsPerCopy run time of the BPF program per copy, nanoseconds, one figure per turn
/// @param nsPerCall what asking the policy alone takes, nanoseconds; 0: not measured
public record DecisionReport(String policy, String form, int subscribers, List<Double> nsPerCopy, double nsPerCall) {
    private static final int UNDISTURBED = 10;

    /// Copies the list.
    public DecisionReport {
        nsPerCopy = List.copyOf(nsPerCopy);
    }

    /// What a copy takes when nothing else disturbs: whatever else the machine does can only make a turn slower, so it is the
    /// figure below which a tenth of the turns are.
    ///
    /// @return nanoseconds
    public double undisturbedNsPerCopy() {
        List<Double> sorted = nsPerCopy.stream().sorted().toList();
        return sorted.get(sorted.size() / UNDISTURBED);
    }

    /// @param none the same without a policy
    /// @return what the policy adds to an undisturbed copy, nanoseconds; the noise may make it negative
    public double nsPerDecision(DecisionReport none) {
        return undisturbedNsPerCopy() - none.undisturbedNsPerCopy();
    }
}
