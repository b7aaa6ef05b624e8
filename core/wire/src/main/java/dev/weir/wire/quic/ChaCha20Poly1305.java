// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// AEAD_CHACHA20_POLY1305 (RFC 8439 section 2.8) and the header protection that goes with it (RFC 9001 section 5.4.4), on
/// the JDK's own cryptography.
public final class ChaCha20Poly1305 {
    /// Bytes of a tag.
    public static final int TAG_LENGTH = 16;
    /// Bytes of the ciphertext that header protection samples.
    public static final int SAMPLE_LENGTH = 16;
    /// Bytes of a header protection mask that are used.
    public static final int MASK_LENGTH = 5;

    private ChaCha20Poly1305() {}

    /// Encrypts.
    ///
    /// @param key 32 bytes
    /// @param nonce 12 bytes, never twice with the same key
    /// @param associated what is authenticated but not encrypted
    /// @return ciphertext, then the tag
    public static byte[] seal(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
        try {
            return run(Cipher.ENCRYPT_MODE, key, nonce, associated, plaintext);
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    /// Verifies and decrypts.
    ///
    /// @param sealed ciphertext, then the tag
    /// @return the plaintext; null if the tag does not match
    public static byte @Nullable [] open(byte[] key, byte[] nonce, byte[] associated, byte[] sealed) {
        try {
            return run(Cipher.DECRYPT_MODE, key, nonce, associated, sealed);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    /// Header protection mask: five bytes of the ChaCha20 block whose counter and nonce are the sample.
    ///
    /// @param hp header protection key, 32 bytes
    /// @param sample 16 bytes of ciphertext
    public static byte[] headerMask(byte[] hp, byte[] sample) {
        int counter = ByteBuffer.wrap(sample).order(ByteOrder.LITTLE_ENDIAN).getInt();
        byte[] nonce = Arrays.copyOfRange(sample, Integer.BYTES, SAMPLE_LENGTH);
        try {
            Cipher cipher = Cipher.getInstance("ChaCha20");
            cipher.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(hp, "ChaCha20"), new ChaCha20ParameterSpec(nonce, counter));
            return cipher.doFinal(new byte[MASK_LENGTH]);
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    private static byte[] run(int mode, byte[] key, byte[] nonce, byte[] associated, byte[] input)
            throws GeneralSecurityException {
        // A new cipher for each packet: one object refuses the key and nonce it had last, which tests need.
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
        cipher.updateAAD(associated);
        return cipher.doFinal(input);
    }

    private static IllegalStateException unavailable(GeneralSecurityException cause) {
        return new IllegalStateException("ChaCha20-Poly1305 refused a key of 32 and a nonce of 12 bytes", cause);
    }
}
