// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

/// The command line is wrong: exit code 2. The message is a sentence that says how to write it.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String sentence) {
        super(sentence);
    }
}
