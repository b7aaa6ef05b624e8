// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import org.jspecify.annotations.Nullable;

/// A command did not do what it was asked for.
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailedException(@Nullable String sentence, int exitCode, @Nullable Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    /// @param sentence what, where, why and what to do
    /// @param cause the exception behind it
    static CommandFailedException because(String sentence, @Nullable Throwable cause) {
        return new CommandFailedException(sentence, OneShotRunner.FAILED, cause);
    }

    /// @param sentence what, where, why and what to do
    /// @param exitCode of what failed
    static CommandFailedException withCode(String sentence, int exitCode) {
        return new CommandFailedException(sentence, exitCode, null);
    }

    /// For commands that have already told what went wrong.
    ///
    /// @param exitCode what the command returned
    /// @throws CommandFailedException unless the exit code is 0
    static void unlessZero(int exitCode) {
        if (exitCode != OneShotRunner.DONE) {
            throw new CommandFailedException(null, exitCode, null);
        }
    }

    int exitCode() {
        return exitCode;
    }
}
