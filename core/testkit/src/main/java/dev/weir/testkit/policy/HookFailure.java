// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

/// A Java hook did what no hook may.
final class HookFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HookFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    HookFailure(String sentence) {
        super(sentence);
    }
}
