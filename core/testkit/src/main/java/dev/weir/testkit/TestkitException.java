// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

/// A tool or a privilege that a test bed needs is missing, or refused to do its part. The message is a sentence with a remedy.
public final class TestkitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param sentence what failed, where and what to do about it
    public TestkitException(String sentence) {
        super(sentence);
    }

    /// @param sentence what failed, where and what to do about it
    /// @param cause the exception behind it
    public TestkitException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
