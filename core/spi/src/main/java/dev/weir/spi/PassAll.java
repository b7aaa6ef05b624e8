// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// All four hooks at their defaults.
enum PassAll implements FanoutPolicy {
    INSTANCE
}
