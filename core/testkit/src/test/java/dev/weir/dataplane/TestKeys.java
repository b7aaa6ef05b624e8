// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.wire.quic.AeadKeys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/// Packet protection keys for tests.
final class TestKeys {
    private TestKeys() {}

    /// Keys that depend on nothing but the name.
    static AeadKeys of(String name) {
        return new AeadKeys(hash("key " + name), Arrays.copyOf(hash("iv " + name), 12), hash("hp " + name));
    }

    /// The keys after a key update, which leaves the header protection key as it is (RFC 9001 section 6.1).
    static AeadKeys next(String name) {
        var next = of(name + " next");
        return new AeadKeys(next.key(), next.iv(), of(name).hp());
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Writes a `struct aead_keys`.
    static void write(AeadKeys keys, MemorySegment struct) {
        write(keys.key(), dev.weir.abi.AeadKeys.key(struct));
        write(keys.iv(), dev.weir.abi.AeadKeys.iv(struct));
        dev.weir.abi.AeadKeys.valid(struct, 1);
    }

    static void write(byte[] bytes, MemorySegment field) {
        MemorySegment.copy(bytes, 0, field, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }
}
