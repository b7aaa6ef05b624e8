// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

/// What a conformance test did that found no fault.
///
/// @param form what the Java hooks were compared with
/// @param cases number of questions asked
/// @param cost what the kernel's answers took; zeros if it was not asked
public record ConformanceReport(Form form, long cases, DecisionCost cost) {
    /// The policy's kernel form.
    public enum Form {
        /// The stock program with the policy's tables.
        TABLES,
        /// A program of its own.
        PROGRAM,
        /// None: there was nothing to compare, and the Java hooks were tested alone.
        NONE
    }
}
