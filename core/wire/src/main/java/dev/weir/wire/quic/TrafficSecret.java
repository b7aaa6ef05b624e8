// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A TLS traffic secret of one direction, of a cipher suite with SHA-256, and what QUIC derives from it (RFC 9001 sections
/// 5.1 and 6.1). Compared by bytes.
public final class TrafficSecret {
    /// Bytes of a secret.
    public static final int LENGTH = 32;

    private final byte[] bytes;

    /// @param bytes 32 bytes, as a key log has them behind CLIENT_TRAFFIC_SECRET_0 or SERVER_TRAFFIC_SECRET_0
    /// @throws IllegalArgumentException if the length is wrong
    public TrafficSecret(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a traffic secret with SHA-256 has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /// A copy of the secret.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// Keys of the first key phase: labels `quic key`, `quic iv`, `quic hp`.
    public AeadKeys keys() {
        return new AeadKeys(
                expand("quic key", AeadKeys.KEY_LENGTH),
                expand("quic iv", AeadKeys.IV_LENGTH),
                expand("quic hp", AeadKeys.KEY_LENGTH));
    }

    /// Keys of a later key phase, which keeps the header protection key of the first (RFC 9001 section 6).
    ///
    /// @param first keys of any phase before
    public AeadKeys keys(AeadKeys first) {
        return new AeadKeys(expand("quic key", AeadKeys.KEY_LENGTH), expand("quic iv", AeadKeys.IV_LENGTH), first.hp());
    }

    /// The secret of the next key phase: label `quic ku`.
    public TrafficSecret next() {
        return new TrafficSecret(expand("quic ku", LENGTH));
    }

    /// HKDF-Expand-Label with an empty context (RFC 8446 section 7.1).
    private byte[] expand(String label, int length) {
        byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        var info = new ByteArrayOutputStream();
        info.write(length >> 8);
        info.write(length);
        info.write(name.length);
        info.writeBytes(name);
        info.write(0);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.expandOnly(
                            new SecretKeySpec(bytes, "HKDF"), info.toByteArray(), length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256: use JDK 25 or newer", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrafficSecret s && Arrays.equals(bytes, s.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// Does not show the secret: this text may end in a log.
    @Override
    public String toString() {
        return "TrafficSecret[32 bytes]";
    }
}
