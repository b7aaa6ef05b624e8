// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A running SHA-256 that can be asked in between. Not thread-safe.
final class Sha256 {
    private final MessageDigest digest = create();

    private static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("SHA-256 is part of every JDK.", e);
        }
    }

    void update(byte[] bytes) {
        digest.update(bytes);
    }

    byte[] value() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("The JDK's SHA-256 can be cloned.", e);
        }
    }
}
