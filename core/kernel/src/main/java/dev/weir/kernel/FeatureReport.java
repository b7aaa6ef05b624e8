// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// Whether this machine has a feature.
///
/// @param feature the feature
/// @param support whether it is there
/// @param explanation a sentence; what to do, unless it is there
public record FeatureReport(KernelFeature feature, Support support, String explanation) {
    /// Whether a feature is there.
    public enum Support {
        /// It is.
        YES,
        /// It is not.
        NO,
        /// It could not be found out, for want of privileges for instance.
        UNKNOWN
    }
}
