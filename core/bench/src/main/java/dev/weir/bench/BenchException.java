// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench;

/// A run cannot be done. The message is a sentence that says what, where, why and what to do; commands print it and exit
/// with 1.
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param sentence what failed, where, why and what to do about it
    public BenchException(String sentence) {
        super(sentence);
    }

    /// @param sentence what failed, where, why and what to do about it
    /// @param cause the exception behind it
    public BenchException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
