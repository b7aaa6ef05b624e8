// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import static dev.weir.wire.quic.Hex.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketProtectionTests {
    /// RFC 9001 appendix A.5.
    private static final TrafficSecret SECRET =
            new TrafficSecret(hex("9ac312a7f877468ebe69422748ad00a1 5443f18203a07d6060f688f30f21632b"));
    private static final AeadKeys KEYS = SECRET.keys();
    private static final long PACKET_NUMBER = 654_360_564;
    private static final byte[] PACKET = hex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb");
    private static final byte[] PING = hex("01");
    private static final byte[] NO_ID = {};

    @Test
    void keysOfTheRfc() {
        assertThat(hex(KEYS.key())).isEqualTo("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8");
        assertThat(hex(KEYS.iv())).isEqualTo("e0459b3474bdd0e44a41c144");
        assertThat(hex(KEYS.hp())).isEqualTo("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
        assertThat(hex(SECRET.next().bytes()))
                .isEqualTo("1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9");
        assertThat(hex(KEYS.nonce(PACKET_NUMBER))).isEqualTo("e0459b3474bdd0e46d417eb0");
    }

    @Test
    void headerMaskOfTheRfc() {
        assertThat(hex(ChaCha20Poly1305.headerMask(KEYS.hp(), hex("5e5cd55c41f69080575d7999c25a5bfb"))))
                .isEqualTo("aefefe7d03");
    }

    @Test
    void packetOfTheRfcIsSealed() {
        assertThat(hex(PacketProtection.seal(KEYS, NO_ID, PACKET_NUMBER, 3, PING))).isEqualTo(hex(PACKET));
    }

    @Test
    void packetOfTheRfcIsOpened() {
        OpenedPacket opened = PacketProtection.open(KEYS, PACKET, 0, PACKET_NUMBER - 1);

        assertThat(hex(opened.payload())).isEqualTo("01");
        assertThat(opened.packetNumber()).isEqualTo(PACKET_NUMBER);
        assertThat(hex(opened.header().encode())).isEqualTo("4200bff4");
        assertThat(opened.header().packetNumberLength()).isEqualTo(3);
        assertThat(opened.header().keyPhase()).isFalse();
        assertThat(opened.header().spin()).isFalse();
        assertThat(opened.header().reserved()).isZero();
    }

    /// RFC 8439 section 2.8.2.
    @Test
    void aeadOfTheRfc() {
        byte[] key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        byte[] nonce = hex("070000004041424344454647");
        byte[] associated = hex("50515253c0c1c2c3c4c5c6c7");
        byte[] plaintext = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                        + "sunscreen would be it.")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] sealed = hex("d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b 1a71de0a9e060b2905d6a5b67ecd3b36"
                + "92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc"
                + "3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691");

        assertThat(hex(ChaCha20Poly1305.seal(key, nonce, associated, plaintext))).isEqualTo(hex(sealed));
        assertThat(ChaCha20Poly1305.open(key, nonce, associated, sealed)).isEqualTo(plaintext);
        sealed[3] ^= 1;
        assertThat(ChaCha20Poly1305.open(key, nonce, associated, sealed)).isNull();
    }

    /// The header mask's counter is four bytes of ciphertext, so half of all masks have one with the top bit set.
    @Test
    void headerMaskTakesCountersAboveTheSignBit() {
        byte[] low = hex("ffffff7f000102030405060708090a0b");
        byte[] high = hex("ffffffff000102030405060708090a0b");

        assertThat(ChaCha20Poly1305.headerMask(KEYS.hp(), high))
                .hasSize(ChaCha20Poly1305.MASK_LENGTH)
                .isNotEqualTo(ChaCha20Poly1305.headerMask(KEYS.hp(), low));
    }

    @Test
    void everyTamperedBitIsNoticed() {
        for (int bit = 0; bit < PACKET.length * 8; bit++) {
            byte[] tampered = PACKET.clone();
            tampered[bit / 8] ^= (byte) (1 << bit % 8);

            assertThat(PacketProtection.open(KEYS, tampered, 0, PACKET_NUMBER - 1)).as("bit %d", bit).isNull();
        }
    }

    @Test
    void packetCutOffEverywhereIsDiscarded() {
        for (int length = 0; length < PACKET.length; length++) {
            assertThat(PacketProtection.open(KEYS, Arrays.copyOf(PACKET, length), 0, PACKET_NUMBER - 1)).isNull();
        }
    }

    @Test
    void otherKeyOrOtherPacketNumberDoesNotOpen() {
        assertThat(PacketProtection.open(SECRET.next().keys(KEYS), PACKET, 0, PACKET_NUMBER - 1)).isNull();
        assertThat(PacketProtection.open(KEYS, PACKET, 0, PACKET_NUMBER + (1 << 24))).isNull();
    }

    /// A key update changes key and IV and keeps the header protection key (RFC 9001 section 6).
    @Test
    void keyPhaseChoosesTheKeys() {
        AeadKeys next = SECRET.next().keys(KEYS);
        byte[] old = PacketProtection.seal(KEYS, ShortHeader.of(NO_ID, 9, 4, false), 9, PING);
        byte[] updated = PacketProtection.seal(next, ShortHeader.of(NO_ID, 10, 4, true), 10, PING);

        assertThat(next.hp()).isEqualTo(KEYS.hp());
        assertThat(next.key()).isNotEqualTo(KEYS.key());
        assertThat(PacketProtection.open(KEYS, next, old, 0, 8).header().keyPhase()).isFalse();
        assertThat(PacketProtection.open(KEYS, next, updated, 0, 9).header().keyPhase()).isTrue();
        assertThat(PacketProtection.open(KEYS, updated, 0, 9)).isNull();
    }

    @Test
    void whatCannotBeSampledIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketProtection.seal(KEYS, NO_ID, 0, 1, hex("0101")))
                .withMessageContaining("PADDING");
        assertThat(PacketProtection.seal(KEYS, NO_ID, 0, 1, hex("010101"))).hasSize(21);
        assertThat(PacketProtection.seal(KEYS, NO_ID, 0, 4, NO_ID)).hasSize(21);
    }

    @Test
    void headerOfAnotherPacketNumberIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketProtection.seal(KEYS, ShortHeader.of(NO_ID, 5, 4, false), 6, PING));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 20})
    void randomPacketsComeBack(int idLength) {
        var random = new Random(idLength);
        for (int i = 0; i < 1_000; i++) {
            byte[] id = bytes(random, idLength);
            byte[] payload = bytes(random, 4 + random.nextInt(1300));
            long packetNumber = random.nextLong() >>> 2 + random.nextInt(61);
            int first = 0x40 | random.nextInt(0x40);
            int numberLength = (first & 3) + 1;
            var header = new ShortHeader(first, id, PacketNumbers.truncate(packetNumber, numberLength));
            byte[] packet = PacketProtection.seal(KEYS, header, packetNumber, payload);
            OpenedPacket opened = PacketProtection.open(KEYS, packet, idLength, packetNumber - 1);

            assertThat(packet).hasSize(header.length() + payload.length + ChaCha20Poly1305.TAG_LENGTH);
            assertThat(Arrays.copyOfRange(packet, 1, 1 + idLength)).isEqualTo(id);
            assertThat(opened.header()).isEqualTo(header);
            assertThat(opened.packetNumber()).isEqualTo(packetNumber);
            assertThat(opened.payload()).isEqualTo(payload);
        }
    }

    @Test
    void impossibleKeysAndHeadersAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AeadKeys(new byte[16], new byte[12], new byte[32]));
        assertThatIllegalArgumentException().isThrownBy(() -> new TrafficSecret(new byte[48]));
        assertThatIllegalArgumentException().isThrownBy(() -> new ShortHeader(0xc0, NO_ID, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ShortHeader(0x00, NO_ID, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ShortHeader(0x40, NO_ID, 256));
        assertThatIllegalArgumentException().isThrownBy(() -> ShortHeader.of(new byte[21], 0, 1, false));
        assertThatIllegalArgumentException().isThrownBy(() -> ShortHeader.of(NO_ID, 0, 5, false));
    }

    @Test
    void secretsStayOutOfTexts() {
        assertThat(KEYS.toString() + SECRET).doesNotContain("c6d98f").doesNotContain("9ac312").doesNotContain("[B@");
        assertThat(KEYS).isEqualTo(new TrafficSecret(SECRET.bytes()).keys());
        assertThat(SECRET).isEqualTo(new TrafficSecret(SECRET.bytes())).isNotEqualTo(SECRET.next());
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
