// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/// Why a file could not be used, in words for a sentence; the JDK's messages for these are mere paths.
public final class IoReason {
    private IoReason() {}

    /// @return words that complete a sentence
    public static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }
}
