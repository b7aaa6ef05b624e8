// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

/// Why a policy does not conform.
///
/// @param sequence ends with the question that shows it
/// @param finding what was found, in sentences or lines
record Difference(Sequence sequence, String finding) {}
