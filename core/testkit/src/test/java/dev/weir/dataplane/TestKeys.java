// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.AeadKeys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/// Keys of one direction of a connection (RFC 9001 section 5.1): 32, 12 and 32 bytes.
record TestKeys(byte[] key, byte[] iv, byte[] headerProtection) {
    /// Keys that depend on nothing but the name.
    static TestKeys of(String name) {
        return new TestKeys(hash("key " + name), Arrays.copyOf(hash("iv " + name), 12), hash("hp " + name));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    void writeTo(MemorySegment aeadKeys) {
        MemorySegment.copy(key, 0, AeadKeys.key(aeadKeys), ValueLayout.JAVA_BYTE, 0, key.length);
        MemorySegment.copy(iv, 0, AeadKeys.iv(aeadKeys), ValueLayout.JAVA_BYTE, 0, iv.length);
        AeadKeys.valid(aeadKeys, 1);
    }
}
