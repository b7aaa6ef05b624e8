// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

/// The version of the policy SPI that this relay has: what a jar's Plugin-Requires is compared with. Semantic: a change that breaks
/// policies moves the first number.
final class SpiVersion {
    static final String VALUE = "1.0.0";

    private SpiVersion() {}
}
