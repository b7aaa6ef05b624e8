// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// 1-RTT packets under ChaCha20-Poly1305 (RFC 9001 section 5), with the JDK's ciphers.
///
/// @param firstByte without header protection
/// @param packetNumber as much of it as the packet carries
record ProtectedPacket(int firstByte, byte[] connectionId, long packetNumber, int numberLength, byte[] plaintext) {
    /// Header of a packet whose number has four bytes, key phase 0.
    static final int FIRST_BYTE = 0x43;

    byte[] seal(TestKeys keys) throws GeneralSecurityException {
        byte[] number = Arrays.copyOfRange(ByteBuffer.allocate(8).putLong(packetNumber).array(), 8 - numberLength, 8);
        byte[] header = Bytes.concat(new byte[] {(byte) firstByte}, connectionId, number);
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys, packetNumber);
        cipher.updateAAD(header);
        byte[] packet = Bytes.concat(header, cipher.doFinal(plaintext));
        byte[] mask = mask(keys, packet, connectionId.length);
        applyMask(packet, mask, connectionId.length, numberLength);
        return packet;
    }

    /// Opens a copy: its packet number has four bytes and is small enough for them to be all of it.
    static ProtectedPacket open(TestKeys keys, int connectionIdLength, byte[] packet) throws GeneralSecurityException {
        byte[] clear = packet.clone();
        byte[] mask = mask(keys, packet, connectionIdLength);
        int numberLength = ((packet[0] ^ mask[0]) & 3) + 1;
        applyMask(clear, mask, connectionIdLength, numberLength);
        assertThat(numberLength).as("packet number length of a copy").isEqualTo(4);
        int header = 1 + connectionIdLength + numberLength;
        long number = Integer.toUnsignedLong(ByteBuffer.wrap(clear).getInt(header - numberLength));
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, keys, number);
        cipher.updateAAD(clear, 0, header);
        byte[] plaintext = cipher.doFinal(clear, header, clear.length - header);
        return new ProtectedPacket(clear[0] & 0xff, Arrays.copyOfRange(clear, 1, 1 + connectionIdLength), number, numberLength, plaintext);
    }

    private static Cipher cipher(int mode, TestKeys keys, long number) throws GeneralSecurityException {
        byte[] nonce = keys.iv().clone();
        for (int i = 0; i < 8; i++) {
            nonce[11 - i] ^= (byte) (number >>> 8 * i);
        }
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(mode, new SecretKeySpec(keys.key(), "ChaCha20"), new IvParameterSpec(nonce));
        return cipher;
    }

    /// RFC 9001 section 5.4.4.
    private static byte[] mask(TestKeys keys, byte[] packet, int connectionIdLength) throws GeneralSecurityException {
        int sample = 1 + connectionIdLength + 4;
        int counter = Integer.reverseBytes(ByteBuffer.wrap(packet).getInt(sample));
        byte[] nonce = Arrays.copyOfRange(packet, sample + 4, sample + 16);
        Cipher cipher = Cipher.getInstance("ChaCha20");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.headerProtection(), "ChaCha20"),
                new ChaCha20ParameterSpec(nonce, counter));
        return cipher.doFinal(new byte[5]);
    }

    private static void applyMask(byte[] packet, byte[] mask, int connectionIdLength, int numberLength) {
        packet[0] ^= (byte) (mask[0] & 0x1f);
        for (int i = 0; i < numberLength; i++) {
            packet[1 + connectionIdLength + i] ^= mask[1 + i];
        }
    }
}
