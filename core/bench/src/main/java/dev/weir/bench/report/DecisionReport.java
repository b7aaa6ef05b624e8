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
    /// Copies the list.
    public DecisionReport {
        nsPerCopy = List.copyOf(nsPerCopy);
    }
}
