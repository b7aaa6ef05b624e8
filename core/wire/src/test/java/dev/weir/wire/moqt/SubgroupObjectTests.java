// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectReader.Entry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SubgroupObjectTests {
    static final String KIND = "subgroup-object";
    static final String STREAM = "subgroup-stream";

    private static final SubgroupHeader PLAIN = SubgroupHeader.of(300, 5, SubgroupMode.ZERO, 0, 10, true, false, false);
    private static final SubgroupHeader WITH_PROPERTIES =
            SubgroupHeader.of(300, 5, SubgroupMode.ZERO, 0, 10, true, false, true);
    private static final byte[] NONE = {};


    static List<Vectors.Vector> streams() {
        return Vectors.ofKind(STREAM);
    }

    private static Entry only(SubgroupObjectReader reader, byte[] bytes) {
        reader.feed(bytes, 0, bytes.length);
        Entry entry = reader.next();
        assertThat(entry).isNotNull();
        assertThat(reader.next()).isNull();
        assertThat(reader.isAtBoundary()).isTrue();
        return entry;
    }

    @Test
    void everyVectorHasAMeaningHere() {
        assertThat(Vectors.ofKind(KIND)).hasSize(6);
    }

    /// The second line is a bug of its encoder, which wrote delta 1 for "the next": what it says is 2, a gap.
    @ParameterizedTest
    @CsvSource({
        "'SUBGROUP_OBJECT id0 \"abcd\" (first)', -1, 0, '', , 61626364",
        "SUBGROUP_OBJECT id1 prev0 (moqtail bug check), 0, 2, '', , 65666768",
        "SUBGROUP_OBJECT id2 prev1, 1, 2, '', , 696a6b6c",
        "SUBGROUP_OBJECT id5 prev2 (gap), 2, 5, '', , 6d6e6f70",
        "SUBGROUP_OBJECT id3 prev2 status EndOfGroup, 2, 3, '', 3, ''",
        "SUBGROUP_OBJECT id3 prev2 props{0x3e=2}, 2, 3, 3e02, , 7172",
    })
    void vectorIsReadAndWritten(
            String name, long previous, long id, String properties, @Nullable Long status, String payload) {
        byte[] bytes = Vectors.ofKind(KIND).stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow()
                .bytes();
        SubgroupHeader header = properties.isEmpty() ? PLAIN : WITH_PROPERTIES;
        var writer = new SubgroupObjectWriter(header);
        var reader = new SubgroupObjectReader(header, true);
        if (previous >= 0) {
            only(reader, writer.object(previous, NONE, hex("00")));
        }
        Entry entry = only(reader, bytes);

        assertThat(entry.objectId()).isEqualTo(id);
        assertThat(hex(entry.properties())).isEqualTo(properties);
        assertThat(entry.status()).isEqualTo(status);
        assertThat(hex(entry.payload())).isEqualTo(payload);
        assertThat(entry.end() - entry.start()).isEqualTo(bytes.length);
        byte[] written = status == null
                ? writer.object(id, hex(properties), hex(payload))
                : writer.status(id, hex(properties), status);
        assertThat(hex(written)).isEqualTo(hex(bytes));
    }

    /// Each stream has the objects 0 "abcd" and 1 "efgh".
    @ParameterizedTest
    @MethodSource("streams")
    void streamVectorIsReadAndWritten(Vectors.Vector vector) {
        ByteBuffer in = ByteBuffer.wrap(vector.bytes());
        SubgroupHeader header = SubgroupHeader.decode(in);
        List<Entry> objects = readAll(header, vector.bytes(), 1, true);
        var writer = new SubgroupObjectWriter(header);

        assertThat(header.group()).isEqualTo(5);
        assertThat(objects).extracting(Entry::objectId).containsExactly(0L, 1L);
        assertThat(objects).extracting(e -> hex(e.payload())).containsExactly("61626364", "65666768");
        assertThat(hex(Wire.concat(
                        header.encode(),
                        writer.object(0, NONE, hex("61626364")),
                        writer.object(1, NONE, hex("65666768")))))
                .isEqualTo(hex(vector.bytes()));
    }

    /// Cut off anywhere, a stream gives the objects that are whole and knows that it does not end there.
    @ParameterizedTest
    @MethodSource("streams")
    void streamVectorCutOffEverywhere(Vectors.Vector vector) {
        SubgroupHeader header = SubgroupHeader.decode(ByteBuffer.wrap(vector.bytes()));
        int object = (vector.bytes().length - header.length()) / 2;
        for (int length = header.length(); length < vector.bytes().length; length++) {
            int objects = (length - header.length()) / object;
            var reader = new SubgroupObjectReader(header, true);
            reader.feed(vector.bytes(), header.length(), length - header.length());
            for (int i = 0; i < objects; i++) {
                assertThat(reader.next()).isNotNull();
            }
            assertThat(reader.next()).isNull();
            assertThat(reader.isAtBoundary()).isEqualTo(header.length() + objects * object == length);
        }
    }

    /// A relay learns of an object as soon as its header is there, whatever of the payload is.
    @Test
    void relayNeedsNoPayloads() {
        var reader = new SubgroupObjectReader(PLAIN);
        byte[] object = new SubgroupObjectWriter(PLAIN).object(4, NONE, new byte[5000]);
        reader.feed(object, 0, 2);
        assertThat(reader.next()).isNull();
        reader.feed(object, 2, 1);
        Entry entry = reader.next();

        assertThat(entry.objectId()).isEqualTo(4);
        assertThat(entry.start()).isEqualTo(PLAIN.length());
        assertThat(entry.afterId()).isEqualTo(PLAIN.length() + 1);
        assertThat(entry.end()).isEqualTo(PLAIN.length() + object.length);
        assertThat(reader.isAtBoundary()).isFalse();
        reader.feed(object, 3, object.length - 3);
        assertThat(reader.next()).isNull();
        assertThat(reader.isAtBoundary()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "status 1, false, 00 00 01",
        "status 2^64-1, false, 00 00 ffffffffffffffffff",
        "ID above 2^64-1, false, ffffffffffffffffff 01 61 00 01 62",
        "ID above 2^64-1 by its delta, false, 05 01 61 ffffffffffffffffff 01 62",
    })
    void malformedObjectsAreRefused(String what, boolean properties, String bytes) {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> readObjects(properties ? WITH_PROPERTIES : PLAIN, hex(bytes)))
                .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({
        "payload of 2^64-1 bytes, false, 00 ffffffffffffffffff",
        "payload of 2^31 bytes, false, 00 f080000000",
        "properties of 2^64-1 bytes, true, 00 ffffffffffffffffff",
        "properties of 65536 bytes, true, 00 c10000",
    })
    void objectsThatAreTooLargeAreRefused(String what, boolean properties, String bytes) {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> readObjects(properties ? WITH_PROPERTIES : PLAIN, hex(bytes)))
                .matches(e -> e.error() == SessionError.INTERNAL_ERROR)
                .withMessageContaining("too large");
    }

    @Test
    void claimedLengthHoldsNoMemory() {
        var readers = new ArrayList<SubgroupObjectReader>();
        // 2 GB each, of which 4 bytes arrive.
        for (int i = 0; i < 100; i++) {
            var reader = new SubgroupObjectReader(PLAIN, true);
            reader.feed(hex("00 f07fffff00 61626364"), 0, 10);
            assertThat(reader.next()).isNull();
            readers.add(reader);
        }
        assertThat(readers).noneMatch(SubgroupObjectReader::isAtBoundary);
    }

    @Test
    void writerRefusesWhatCannotBeRead() {
        var writer = new SubgroupObjectWriter(PLAIN);
        writer.object(3, NONE, NONE);

        assertThatIllegalArgumentException().isThrownBy(() -> writer.object(3, NONE, NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.object(4, hex("3e02"), NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.status(4, NONE, 1));
        assertThat(hex(writer.object(4, NONE, NONE))).isEqualTo("000000");
    }

    @Test
    void randomStreamsComeBackInRandomPieces() {
        var random = new Random(104);
        for (int round = 0; round < 150; round++) {
            SubgroupHeader header = random.nextBoolean() ? PLAIN : WITH_PROPERTIES;
            var expected = new ArrayList<Entry>();
            byte[] stream = randomStream(random, header, expected);
            List<Entry> kept = readAll(header, stream, 1 + random.nextInt(400), true);
            List<Entry> boundaries = readAll(header, stream, 1 + random.nextInt(400), false);

            assertThat(kept).usingRecursiveComparison().isEqualTo(expected);
            assertThat(boundaries)
                    .usingRecursiveComparison()
                    .ignoringFields("payload")
                    .isEqualTo(expected);
        }
    }

    private static byte[] randomStream(Random random, SubgroupHeader header, List<Entry> expected) {
        var writer = new SubgroupObjectWriter(header);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        long id = -1;
        for (int i = random.nextInt(20); i >= 0; i--) {
            long delta = random.nextInt(3) == 0 ? random.nextInt(300) : 0;
            id += 1 + delta;
            byte[] properties = header.hasProperties() && random.nextBoolean() ? hex("3e02") : NONE;
            byte[] payload = new byte[random.nextInt(5) == 0 ? 0 : random.nextInt(2000)];
            random.nextBytes(payload);
            long start = out.size();
            out.writeBytes(writer.object(id, properties, payload));
            Long status = payload.length == 0 ? ObjectStatus.NORMAL : null;
            expected.add(new Entry(id, start, start + Vi64.size(delta), out.size(), properties, status, payload));
        }
        return out.toByteArray();
    }

    private static List<Entry> readObjects(SubgroupHeader header, byte[] objects) {
        return readAll(header, Wire.concat(header.encode(), objects), objects.length, false);
    }

    private static List<Entry> readAll(SubgroupHeader header, byte[] stream, int piece, boolean keepPayload) {
        var reader = new SubgroupObjectReader(header, keepPayload);
        var entries = new ArrayList<Entry>();
        for (int at = header.length(); at < stream.length; at += piece) {
            reader.feed(stream, at, Math.min(piece, stream.length - at));
            Entry entry;
            while ((entry = reader.next()) != null) {
                entries.add(entry);
            }
        }
        assertThat(reader.isAtBoundary()).isTrue();
        return entries;
    }
}
