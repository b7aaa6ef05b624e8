// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Verdicts without state exist once: a decision per object and subscriber should not allocate.
final class Constants {
    static final Verdict FORWARD = new Verdict.Forward();
    static final Verdict DEFER = new Verdict.Defer();

    private Constants() {}
}
