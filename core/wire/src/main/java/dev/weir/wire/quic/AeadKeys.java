// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.util.Arrays;

/// Packet protection keys of one direction and key phase, for ChaCha20-Poly1305 (RFC 9001 section 5.1). Compared by bytes.
///
/// @param key AEAD key, 32 bytes
/// @param iv 12 bytes that the packet number is combined with
/// @param hp header protection key, 32 bytes; the same in all key phases
public record AeadKeys(byte[] key, byte[] iv, byte[] hp) {
    /// Bytes of [#key] and of [#hp].
    public static final int KEY_LENGTH = 32;
    /// Bytes of [#iv] and of a nonce.
    public static final int IV_LENGTH = 12;

    /// @throws IllegalArgumentException if a length is wrong
    public AeadKeys {
        if (key.length != KEY_LENGTH || iv.length != IV_LENGTH || hp.length != KEY_LENGTH) {
            throw new IllegalArgumentException("ChaCha20-Poly1305 has keys of 32, 12 and 32 bytes, not " + key.length + ", "
                    + iv.length + " and " + hp.length);
        }
        key = key.clone();
        iv = iv.clone();
        hp = hp.clone();
    }

    @Override
    public byte[] key() {
        return key.clone();
    }

    @Override
    public byte[] iv() {
        return iv.clone();
    }

    @Override
    public byte[] hp() {
        return hp.clone();
    }

    /// The nonce of a packet: the packet number, XORed into the end of the IV (RFC 9001 section 5.3).
    public byte[] nonce(long packetNumber) {
        byte[] nonce = iv.clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[IV_LENGTH - 1 - i] ^= (byte) (packetNumber >>> 8 * i);
        }
        return nonce;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AeadKeys k
                && Arrays.equals(key, k.key)
                && Arrays.equals(iv, k.iv)
                && Arrays.equals(hp, k.hp);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(iv);
    }

    /// Names no key: this text may end in a log.
    @Override
    public String toString() {
        return "AeadKeys[ChaCha20-Poly1305]";
    }
}
