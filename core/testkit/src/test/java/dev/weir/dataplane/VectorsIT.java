// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.AeadKeys;
import dev.weir.abi.Selftest;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The published vectors against the functions in the kernel: RFC 8439, RFC 9000 appendix A, RFC 9001 appendix A.5.
@RequiresRoot
class VectorsIT {
    private static final byte[] COUNTING_KEY = Bytes.hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static SelftestRun selftest;

    @BeforeAll
    static void load() {
        selftest = new SelftestRun();
    }

    @AfterAll
    static void unload() {
        selftest.close();
    }

    @Test
    void chacha20BlockOfRfc8439Section232() {
        byte[] state = Bytes.concat("expand 32-byte k".getBytes(StandardCharsets.US_ASCII), COUNTING_KEY, Bytes.hex("01000000"),
                Bytes.hex("000000090000004a00000000"));

        var answer = selftest.run("selftest_chacha20", test -> SelftestRun.put(state, Selftest.words(test)));

        assertThat(Bytes.hex(SelftestRun.get(Selftest.words(answer), 64))).isEqualTo("10f1e7e4d13b5915500fdd1fa32071c4"
                + "c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
    }

    @ParameterizedTest
    @CsvSource({
        // Section 2.5.2: a last block that is not whole.
        "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b,"
                + "43727970746f6772617068696320466f72756d2052657365617263682047726f7570, a8061dc1305136c6c22b8baf0c0127a9",
        // Appendix A.3, vectors 1 and 7 to 11: the corners of the reduction.
        "0000000000000000000000000000000000000000000000000000000000000000,"
                + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000,"
                + "00000000000000000000000000000000",
        "0200000000000000000000000000000000000000000000000000000000000000, ffffffffffffffffffffffffffffffff,"
                + "03000000000000000000000000000000",
        "02000000000000000000000000000000ffffffffffffffffffffffffffffffff, 02000000000000000000000000000000,"
                + "03000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000,"
                + "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000,"
                + "05000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000,"
                + "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101,"
                + "00000000000000000000000000000000",
        "0200000000000000000000000000000000000000000000000000000000000000, fdffffffffffffffffffffffffffffff,"
                + "faffffffffffffffffffffffffffffff",
        "0100000000000000040000000000000000000000000000000000000000000000,"
                + "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001000000000000000000000000000000,"
                + "14000000000000005500000000000000",
        "0100000000000000040000000000000000000000000000000000000000000000,"
                + "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000,"
                + "13000000000000000000000000000000",
    })
    void poly1305OfRfc8439(String key, String message, String tag) {
        byte[] bytes = Bytes.hex(message);

        var answer = selftest.run("selftest_poly1305", test -> {
            SelftestRun.put(Bytes.hex(key), Selftest.words(test));
            SelftestRun.put(bytes, Selftest.text(test));
            Selftest.length(test, bytes.length);
        });

        assertThat(Bytes.hex(SelftestRun.get(Selftest.words(answer), 16))).isEqualTo(tag);
    }

    @Test
    void aeadOfRfc8439Section282() {
        byte[] key = Bytes.hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        byte[] nonce = Bytes.hex("070000004041424344454647");
        byte[] aad = Bytes.hex("50515253c0c1c2c3c4c5c6c7");
        byte[] text = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                + "sunscreen would be it.").getBytes(StandardCharsets.US_ASCII);
        byte[] expected = Bytes.hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58"
                + "fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116" + "1ae10b594f09e26a7e902ecbd0600691");

        assertThat(seal(key, nonce, 0, aad, text)).isEqualTo(expected);
        assertThat(open(key, nonce, 0, aad, expected)).isEqualTo(text);
    }

    @Test
    void aeadOfEveryLengthAgreesWithTheJdk() throws Exception {
        var random = new Random(8439);
        for (int length = 0; length <= 1456; length += length < 140 ? 1 : 37) {
            byte[] key = Bytes.random(random, 32);
            byte[] iv = Bytes.random(random, 12);
            byte[] aad = Bytes.random(random, 5 + random.nextInt(21));
            byte[] text = Bytes.random(random, length);
            long number = random.nextLong() >>> 2;
            byte[] expected = jdk(key, iv, number, aad, text);

            assertThat(seal(key, iv, number, aad, text)).as("%s bytes", length).isEqualTo(expected);
            assertThat(open(key, iv, number, aad, expected)).as("%s bytes", length).isEqualTo(text);
            expected[random.nextInt(expected.length)] ^= 1;
            assertThat(open(key, iv, number, aad, expected)).as("tampered, %s bytes", length).isEmpty();
        }
    }

    private static byte[] jdk(byte[] key, byte[] iv, long number, byte[] aad, byte[] text) throws Exception {
        byte[] nonce = iv.clone();
        for (int i = 0; i < 8; i++) {
            nonce[11 - i] ^= (byte) (number >>> 8 * i);
        }
        var cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
        cipher.updateAAD(aad);
        return cipher.doFinal(text);
    }

    private static void aead(MemorySegment test, byte[] key, byte[] iv, long number, byte[] aad, byte[] text, int length) {
        SelftestRun.put(key, AeadKeys.key(Selftest.keys(test)));
        SelftestRun.put(iv, AeadKeys.iv(Selftest.keys(test)));
        SelftestRun.put(aad, Selftest.aad(test));
        SelftestRun.put(text, Selftest.text(test));
        Selftest.aadLength(test, aad.length);
        Selftest.number(test, number);
        Selftest.length(test, length);
    }

    private static byte[] seal(byte[] key, byte[] iv, long number, byte[] aad, byte[] text) {
        var answer = selftest.run("selftest_seal", test -> aead(test, key, iv, number, aad, text, text.length));
        assertThat(Selftest.result(answer)).isZero();
        return SelftestRun.get(Selftest.text(answer), text.length + 16);
    }

    /// Empty if the tag does not match.
    private static byte[] open(byte[] key, byte[] iv, long number, byte[] aad, byte[] sealed) {
        int length = sealed.length - 16;
        var answer = selftest.run("selftest_open", test -> aead(test, key, iv, number, aad, sealed, length));
        return Selftest.result(answer) == 0 ? SelftestRun.get(Selftest.text(answer), length) : new byte[0];
    }

    @Test
    void shortHeaderPacketOfRfc9001AppendixA5() {
        byte[] key = Bytes.hex("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8");
        byte[] iv = Bytes.hex("e0459b3474bdd0e44a41c144");
        byte[] hp = Bytes.hex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
        long number = 654_360_564;

        assertThat(Bytes.hex(seal(key, iv, number, Bytes.hex("4200bff4"), new byte[] {1})))
                .isEqualTo("655e5cd55c41f69080575d7999c25a5bfb");
        var mask = selftest.run("selftest_header_mask", test -> SelftestRun.put(
                Bytes.concat(hp, Bytes.hex("5e5cd55c41f69080575d7999c25a5bfb")), Selftest.words(test)));
        assertThat(Bytes.hex(SelftestRun.get(Selftest.words(mask), 5))).isEqualTo("aefefe7d03");
    }

    @ParameterizedTest
    @CsvSource({"c2197c5eff14e88c, 151288809941952652", "9d7f3e7d, 494878333", "7bbd, 15293", "25, 37", "4025, 37",
        "80000025, 37", "c000000000000025, 37", "ffffffffffffffff, 4611686018427387903"})
    void variableLengthIntegersOfRfc9000AppendixA1(String bytes, long value) {
        assertDecodes("selftest_varint", Bytes.hex(bytes), value);
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "25, 37", "7f, 127", "8080, 128", "bbbd, 15293", "bfff, 16383", "c04000, 16384", "dfffff, 2097151",
        "e0200000, 2097152", "ed7f3e7d, 226442877", "f010000000, 268435456", "faa1a0e403d8, 2893212287960", "f90000000000, 1099511627776",
        "ff0100000000000000, 72057594037927936", "8025, 37", "fc8998abc66bc0, 151288809941952",
        "fefa318fa8e3ca11, 70423237261249041", "ffffffffffffffffff, -1"})
    void variableLengthIntegersOfMoqt(String bytes, long value) {
        assertDecodes("selftest_vi64", Bytes.hex(bytes), value);
    }

    private static void assertDecodes(String program, byte[] bytes, long value) {
        for (int given = 0; given <= bytes.length + 1; given++) {
            byte[] text = Arrays.copyOf(bytes, given);
            var answer = selftest.run(program, test -> {
                SelftestRun.put(text, Selftest.text(test));
                Selftest.length(test, text.length);
            });
            assertThat(Selftest.result(answer)).as("%s of %s bytes", given, bytes.length).isEqualTo(given >= bytes.length ? 1 : 0);
            if (given >= bytes.length) {
                assertThat(Selftest.number(answer)).isEqualTo(value);
                assertThat(Selftest.length(answer)).isEqualTo(bytes.length);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"a82f30ea, 9b32, 2, a82f9b32", "abe8b3, 5c02, 2, ac5c02", "abe8b3, ace8fe, 3, ace8fe"})
    void packetNumbersOfRfc9000AppendixA(String largest, String truncated, int length, String number) {
        assertThat(packetNumber(Long.parseLong(largest, 16) + 1, Integer.parseUnsignedInt(truncated, 16), length))
                .isEqualTo(Long.parseLong(number, 16));
    }

    @Test
    void packetNumbersNearTheLargestComeBackWhole() {
        var random = new Random(9000);
        for (int i = 0; i < 3000; i++) {
            int length = 1 + random.nextInt(4);
            long next = (random.nextLong() >>> 2 + random.nextInt(60)) + 1;
            long half = 1L << 8 * length - 1;
            long number = Math.clamp(next + random.nextLong(-half + 1, half), 0, (1L << 62) - 1);

            assertThat(packetNumber(next, (int) (number & (1L << 8 * length) - 1), length)).as("next %s", next).isEqualTo(number);
        }
    }

    private static long packetNumber(long next, int truncated, int length) {
        return Selftest.number(selftest.run("selftest_packet_number", test -> {
            Selftest.number(test, next);
            Selftest.words(test, 0, truncated);
            Selftest.length(test, length);
        }));
    }
}
