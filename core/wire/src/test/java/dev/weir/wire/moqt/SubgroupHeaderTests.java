// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SubgroupHeaderTests {
    static final String KIND = "subgroup-header";
    /// First bytes of streams that are no subgroup.
    static final String OTHER_STREAM = "fetch-stream";

    static List<Vectors.Vector> vectors() {
        return Vectors.ofKind(KIND);
    }

    static List<Vectors.Vector> others() {
        return Vectors.ofKind(OTHER_STREAM);
    }

    /// What the name of a vector says: type, alias 300, group 5, subgroup 3 where it is explicit, priority 10 where it is
    /// own.
    private static SubgroupHeader meaning(Vectors.Vector vector) {
        int type = Integer.parseInt(vector.name().replaceFirst(".*type 0x(..).*", "$1"), 16);
        SubgroupMode mode = List.of(SubgroupMode.ZERO, SubgroupMode.FIRST_OBJECT, SubgroupMode.EXPLICIT)
                .get(type >> 1 & 3);
        return SubgroupHeader.of(
                300,
                5,
                mode,
                mode == SubgroupMode.EXPLICIT ? 3 : 0,
                (type & 0x20) == 0 ? 10 : null,
                (type & 0x40) != 0,
                (type & 0x08) != 0,
                (type & 0x01) != 0);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsReadAndWritten(Vectors.Vector vector) {
        SubgroupHeader meaning = meaning(vector);

        assertThat(SubgroupHeader.decode(ByteBuffer.wrap(vector.bytes()))).isEqualTo(meaning);
        assertThat(hex(meaning.encode())).isEqualTo(hex(vector.bytes()));
        assertThat(meaning.length()).isEqualTo(vector.bytes().length);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorCutOffEverywhereWaitsForMore(Vectors.Vector vector) {
        for (int length = 0; length < vector.bytes().length; length++) {
            ByteBuffer in = ByteBuffer.wrap(vector.bytes(), 0, length);

            assertThat(SubgroupHeader.decode(in)).isNull();
            assertThat(in.position()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("others")
    void otherStreamsAreRefused(Vectors.Vector vector) {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> SubgroupHeader.decode(ByteBuffer.wrap(vector.bytes())))
                .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);
    }

    /// 0b0F1DEMMP with MM other than 11, and nothing else.
    @Test
    void exactlyTheLegalTypesAreRead() {
        for (int type = 0; type < 0x200; type++) {
            boolean legal = type <= 0x7f && (type & 0x10) != 0 && (type & 0x06) != 0x06;
            ByteBuffer in = ByteBuffer.wrap(Wire.concat(Vi64.encode(type), hex("07 05 03 0a")));
            try {
                SubgroupHeader header = SubgroupHeader.decode(in);
                assertThat(legal).as("%x", type).isTrue();
                assertThat(header.type()).isEqualTo(type);
                assertThat(header.length()).isEqualTo(in.position());
            } catch (MoqtException e) {
                assertThat(legal).as("%x", type).isFalse();
            }
        }
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> SubgroupHeader.decode(ByteBuffer.wrap(hex("ffffffffffffffff10"))));
    }

    @Test
    void bitsHaveTheirMeaning() {
        SubgroupHeader header = SubgroupHeader.decode(ByteBuffer.wrap(hex("5d812c05030a")));

        assertThat(header.firstObject()).isTrue();
        assertThat(header.endOfGroup()).isTrue();
        assertThat(header.hasProperties()).isTrue();
        assertThat(header.subgroupMode()).isEqualTo(SubgroupMode.EXPLICIT);
        assertThat(header.subgroup()).isEqualTo(3);
        assertThat(header.priority()).isEqualTo(10);
        assertThat(SubgroupHeader.decode(ByteBuffer.wrap(hex("30812c05"))).priority()).isNull();
    }

    @Test
    void aliasIsFoundWhateverTheLengthsAre() {
        SubgroupHeader header = SubgroupHeader.decode(ByteBuffer.wrap(hex("c00014 f00000012c c00005 03 0a 00")));

        assertThat(header.alias()).isEqualTo(300);
        assertThat(header.aliasOffset()).isEqualTo(3);
        assertThat(header.aliasLength()).isEqualTo(5);
        assertThat(header.length()).isEqualTo(13);
    }

    @Test
    void positionMovesBehindTheHeader() {
        ByteBuffer in = ByteBuffer.wrap(hex("aabb 58812c050a 0004")).position(2);
        SubgroupHeader header = SubgroupHeader.decode(in);

        assertThat(in.position()).isEqualTo(7);
        assertThat(header.aliasOffset()).isEqualTo(1);
        assertThat(header.length()).isEqualTo(5);
    }

    @Test
    void lateStartClearsFirstObjectAndKeepsTheAliasLength() {
        SubgroupHeader zero = SubgroupHeader.decode(ByteBuffer.wrap(hex("58 c0012c 05 0a")));
        SubgroupHeader first = SubgroupHeader.decode(ByteBuffer.wrap(hex("72 812c 05")));
        SubgroupHeader explicit = SubgroupHeader.decode(ByteBuffer.wrap(hex("54 812c 05 03 0a")));

        assertThat(hex(zero.startingAt(0).encode())).isEqualTo("18c0012c050a");
        // The subgroup is the first object's ID, which is not on the new stream: it must be said.
        assertThat(hex(first.startingAt(9).encode())).isEqualTo("34812c0509");
        assertThat(hex(explicit.startingAt(3).encode())).isEqualTo("14812c05030a");
        assertThat(first.startingAt(9).length()).isEqualTo(5);
    }

    @Test
    void impossibleHeadersAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SubgroupHeader.of(1, 1, SubgroupMode.ZERO, 1, null, true, false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SubgroupHeader.of(1, 1, SubgroupMode.ZERO, 0, 256, true, false, false));
    }

    @Test
    void randomHeadersComeBack() {
        var random = new Random(10);
        for (int i = 0; i < 20_000; i++) {
            SubgroupMode mode = SubgroupMode.values()[random.nextInt(3)];
            SubgroupHeader header = SubgroupHeader.of(
                    random.nextLong() >>> random.nextInt(64),
                    random.nextLong() >>> random.nextInt(64),
                    mode,
                    mode == SubgroupMode.EXPLICIT ? random.nextLong() >>> random.nextInt(64) : 0,
                    random.nextBoolean() ? random.nextInt(256) : null,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean());
            byte[] bytes = header.encode();

            assertThat(bytes).hasSize(header.length());
            assertThat(SubgroupHeader.decode(ByteBuffer.wrap(bytes))).isEqualTo(header);
        }
    }
}
