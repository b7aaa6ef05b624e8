// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectDatagramTests {
    static final String KIND = "datagram";

    private static final String ABCD = "61626364";
    private static final Map<String, ObjectDatagram> MEANINGS = Map.ofEntries(
            Map.entry("DATAGRAM alias300 grp5 obj0 pri10 props0 eog0 \"abcd\"", object(0, 10, "", false)),
            Map.entry("DATAGRAM alias300 grp5 obj2 pri10 props0 eog0 \"abcd\"", object(2, 10, "", false)),
            Map.entry("DATAGRAM alias300 grp5 obj2 pri10 props0 eog1 \"abcd\"", object(2, 10, "", true)),
            Map.entry("DATAGRAM alias300 grp5 obj0 prinull props0 eog0 \"abcd\"", object(0, null, "", false)),
            Map.entry("DATAGRAM alias300 grp5 obj0 prinull props0 eog1 \"abcd\"", object(0, null, "", true)),
            Map.entry("DATAGRAM alias300 grp5 obj2 prinull props0 eog0 \"abcd\"", object(2, null, "", false)),
            Map.entry("DATAGRAM alias300 grp5 obj2 pri10 props1 eog0 \"abcd\"", object(2, 10, "3e02", false)),
            Map.entry("DATAGRAM alias300 grp5 obj2 prinull props1 eog0 \"abcd\"", object(2, null, "3e02", false)),
            Map.entry("DATAGRAM alias300 grp5 obj0 prinull props1 eog1 \"abcd\"", object(0, null, "3e02", true)),
            Map.entry(
                    "DATAGRAM alias7 grp70000 obj200 pri128 \"abcd\"",
                    new ObjectDatagram(7, 70000, 200, 128, hex(""), false, null, hex(ABCD))),
            Map.entry("DATAGRAM STATUS alias300 grp5 obj3 pri10 status3", status(3, 10, 3)),
            Map.entry("DATAGRAM STATUS alias300 grp5 obj0 prinull status3", status(0, null, 3)),
            Map.entry("DATAGRAM STATUS alias300 grp5 obj3 prinull status4", status(3, null, 4)),
            Map.entry("DATAGRAM STATUS alias300 grp5 obj0 pri10 status0", status(0, 10, 0)));

    private static ObjectDatagram object(long id, @Nullable Integer priority, String properties, boolean endOfGroup) {
        return new ObjectDatagram(300, 5, id, priority, hex(properties), endOfGroup, null, hex(ABCD));
    }

    private static ObjectDatagram status(long id, @Nullable Integer priority, long status) {
        return new ObjectDatagram(300, 5, id, priority, hex(""), false, status, hex(""));
    }

    static List<Vectors.Vector> vectors() {
        return Vectors.ofKind(KIND);
    }

    @Test
    void everyVectorHasAMeaningHere() {
        assertThat(MEANINGS.keySet())
                .isEqualTo(vectors().stream().map(Vectors.Vector::name).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsReadAndWritten(Vectors.Vector vector) {
        ObjectDatagram meaning = MEANINGS.get(vector.name());

        assertThat(ObjectDatagram.decode(vector.bytes())).isEqualTo(meaning);
        assertThat(hex(meaning.encode())).isEqualTo(hex(vector.bytes()));
    }

    /// Cut off in the header: refused. Cut off in the payload: a shorter object, as a datagram has no other end.
    @ParameterizedTest
    @MethodSource("vectors")
    void vectorCutOffEverywhere(Vectors.Vector vector) {
        ObjectDatagram whole = MEANINGS.get(vector.name());
        byte[] bytes = vector.bytes();
        int headers = bytes.length - whole.payload().length;
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            if (length < headers) {
                assertThatExceptionOfType(MoqtException.class)
                        .isThrownBy(() -> ObjectDatagram.decode(cut))
                        .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);
            } else {
                assertThat(ObjectDatagram.decode(cut).payload()).hasSize(length - headers);
            }
        }
    }

    /// The legal types: 0x00 to 0x0f, and with a status 20, 21, 24, 25, 28, 29, 2c, 2d.
    @Test
    void exactlyTheLegalTypesAreRead() {
        Set<Integer> legal = IntStream.concat(
                        IntStream.rangeClosed(0, 0x0f),
                        IntStream.of(0x20, 0x21, 0x24, 0x25, 0x28, 0x29, 0x2c, 0x2d))
                .boxed()
                .collect(Collectors.toSet());
        for (int type = 0; type < 0x200; type++) {
            byte[] bytes = Wire.concat(Vi64.encode(type), hex("812c 05 02 0a 02 3e02"));
            try {
                ObjectDatagramHeader header = ObjectDatagramHeader.decode(bytes, 0, bytes.length);
                assertThat(legal).contains(type).contains(header.type());
            } catch (MoqtException e) {
                assertThat(legal).as("%x", type).doesNotContain(type);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "properties of length 0, 01 812c 05 02 0a 00 61",
        "properties that are no pairs, 01 812c 05 02 0a 01 3e",
        "properties longer than the datagram, 01 812c 05 02 0a 05 3e02",
        "status 1, 20 812c 05 03 0a 01",
        "status 2, 20 812c 05 03 0a 02",
        "status 5, 20 812c 05 03 0a 05",
        "status 2^64-1, 20 812c 05 03 0a ffffffffffffffffff",
        "bytes behind a status, 20 812c 05 03 0a 03 00",
        "nothing, ''",
        "type of 2^64-1, ffffffffffffffffff 812c 05 03 0a",
    })
    void malformedDatagramsAreRefused(String what, String bytes) {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> ObjectDatagram.decode(hex(bytes)))
                .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);
    }

    @Test
    void headerTellsWhereTheAliasIs() {
        byte[] packet = hex("ffff 8000 c0012c 05 02 0a 61626364");
        ObjectDatagramHeader header = ObjectDatagramHeader.decode(packet, 2, packet.length - 2);

        assertThat(header).isEqualTo(new ObjectDatagramHeader(0, 300, 2, 3, 5, 2, 10, 8));
        assertThat(ObjectDatagramHeader.decode(hex("0c 812c 05"), 0, 4))
                .isEqualTo(new ObjectDatagramHeader(0x0c, 300, 1, 2, 5, 0, -1, 4));
    }

    @Test
    void paddingIsToldFromObjects() {
        byte[] padding = hex("f0132b3e29 0000000000");

        assertThat(ObjectDatagramHeader.isPadding(padding, 0, padding.length)).isTrue();
        assertThat(ObjectDatagramHeader.isPadding(padding, 0, 4)).isFalse();
        assertThat(ObjectDatagramHeader.isPadding(padding, 1, 8)).isFalse();
        assertThat(ObjectDatagramHeader.isPadding(padding, 0, 0)).isFalse();
    }

    @Test
    void impossibleObjectsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> object(0, 256, "", false));
        assertThatIllegalArgumentException().isThrownBy(() -> status(0, 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectDatagram(1, 0, 0, 0, hex(""), true, 3L, hex("")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectDatagram(1, 0, 0, 0, hex(""), false, 3L, hex(ABCD)));
    }

    @Test
    void randomObjectsComeBack() {
        var random = new Random(31);
        for (int i = 0; i < 20_000; i++) {
            ObjectDatagram object = random(random);
            byte[] bytes = object.encode();
            ObjectDatagramHeader header = ObjectDatagramHeader.decode(bytes, 0, bytes.length);

            assertThat(ObjectDatagram.decode(bytes)).isEqualTo(object);
            assertThat(header.alias()).isEqualTo(object.alias());
            assertThat(header.group()).isEqualTo(object.group());
            assertThat(header.object()).isEqualTo(object.object());
            assertThat(header.priority()).isEqualTo(object.priority() == null ? -1 : object.priority());
        }
    }

    @Test
    void randomBytesNeverBreakTheDecoder() {
        var random = new Random(32);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] &= 0x2f;
            }
            try {
                ObjectDatagram object = ObjectDatagram.decode(bytes);
                assertThat(ObjectDatagram.decode(object.encode())).isEqualTo(object);
            } catch (MoqtException e) {
                assertThat(e.error()).isIn(SessionError.PROTOCOL_VIOLATION, SessionError.KEY_VALUE_FORMATTING_ERROR);
            }
        }
    }

    private static ObjectDatagram random(Random random) {
        boolean status = random.nextInt(4) == 0;
        byte[] payload = new byte[status ? 0 : random.nextInt(1200)];
        random.nextBytes(payload);
        return new ObjectDatagram(
                random.nextLong() >>> random.nextInt(64),
                random.nextLong() >>> random.nextInt(64),
                random.nextBoolean() ? 0 : random.nextLong() >>> random.nextInt(64),
                random.nextBoolean() ? null : random.nextInt(256),
                random.nextBoolean() ? hex("") : hex("3e02"),
                !status && random.nextBoolean(),
                status ? new Long[] {0L, 3L, 4L}[random.nextInt(3)] : null,
                payload);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void thePayloadIsBehindTheProperties(Vectors.Vector vector) {
        byte[] bytes = vector.bytes();

        int offset = ObjectDatagramHeader.decode(bytes, 0, bytes.length).payloadOffset(bytes);

        assertThat(Arrays.copyOfRange(bytes, offset, bytes.length)).isEqualTo(ObjectDatagram.decode(bytes).payload());
    }

    @Test
    void propertiesThatDoNotFitLeaveNoPayload() {
        for (String properties : List.of("053e02", "80", "ff8000000000000000", "")) {
            byte[] bytes = hex("01812c05020a" + properties);

            assertThat(ObjectDatagramHeader.decode(bytes, 0, bytes.length).payloadOffset(bytes)).isEqualTo(bytes.length);
        }
    }
}
