// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What is done with the files of jars, whatever is in them.
final class JarFiles {
    private JarFiles() {}

    /// In hexadecimal digits.
    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Puts a jar into a watched folder. It is copied beside the target first, so that the watch never meets half a jar.
    static void copy(Path jar, Path target) throws IOException {
        Path beside = Files.createTempFile(target.getParent(), ".weir", ".part");
        try {
            Files.copy(jar, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
