// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Bytes that are no message: each ends the session with the right code, and with no other exception.
class MalformedControlTests {
    static List<Vectors.Vector> vectors() {
        return Vectors.ofKind(ControlVectorTests.KIND);
    }

    private static ControlMessage decode(byte[] bytes) {
        var decoder = new ControlDecoder();
        decoder.feed(bytes);
        ControlMessage message = decoder.next();
        assertThat(message).as("a message is there").isNotNull();
        return message;
    }

    /// A message of type `type`, with the right length.
    private static byte[] message(String type, String body) {
        byte[] content = hex(body);
        return hex(type + String.format("%04x", content.length) + body.replace(" ", ""));
    }

    private static void assertRefused(byte[] bytes, SessionError error) {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> decode(bytes))
                .as(hex(bytes))
                .matches(e -> e.error() == error, error.name())
                .matches(e -> e.code() == error.code());
    }

    /// The same message with a body of another length, and a length field that agrees.
    private static byte[] resized(byte[] message, int bodyLength) {
        int header = Vi64.encodedSize(message[0]) + 2;
        byte[] resized = Arrays.copyOf(message, header + bodyLength);
        resized[header - 2] = (byte) (bodyLength >> 8);
        resized[header - 1] = (byte) bodyLength;
        return resized;
    }

    private static int bodyLength(byte[] message) {
        return message.length - Vi64.encodedSize(message[0]) - 2;
    }

    /// Cut off at every byte of its body. Optional fields at the end may be missing: then it is another legal message.
    @ParameterizedTest
    @MethodSource("vectors")
    void bodyCutOffEverywhere(Vectors.Vector vector) {
        for (int length = 0; length < bodyLength(vector.bytes()); length++) {
            byte[] cut = resized(vector.bytes(), length);
            try {
                assertThat(ControlCodec.encode(decode(cut))).as("a legal message").isEqualTo(cut);
            } catch (MoqtException e) {
                assertThat(e.error()).isIn(SessionError.PROTOCOL_VIOLATION, SessionError.KEY_VALUE_FORMATTING_ERROR);
            }
        }
    }

    /// One byte less or more than the fields need: refused, where no field is optional.
    @ParameterizedTest
    @MethodSource("vectors")
    void lengthThatDoesNotFitTheFields(Vectors.Vector vector) {
        byte[] bytes = vector.bytes();
        boolean optionalEnd = vector.name().startsWith("GOAWAY");
        if (!optionalEnd) {
            for (int length : new int[] {bodyLength(bytes) - 1, bodyLength(bytes) + 1}) {
                assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> decode(resized(bytes, length)));
            }
        }
        assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> decode(resized(bytes, bodyLength(bytes) + 1_001)));
    }

    @ParameterizedTest
    @CsvSource({
        "00,''", "01,''", "20,''", "21,''", "1e,0000", "0f,0000", "08,00", "0e,00", "18,00",
        "ffffffffffffffffff,''", "8080,''"
    })
    void unknownTypesAreRefused(String type, String body) {
        assertRefused(message(type, body), SessionError.PROTOCOL_VIOLATION);
    }

    @Test
    void unknownTypeIsRefusedBeforeItsBody() {
        assertRefused(hex("20"), SessionError.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({
        "unknown parameter 0x01, 02 01 01 01",
        "unknown parameter 0x07, 02 01 07 01",
        "unknown parameter beyond the highest, 02 01 35 00",
        "delta that overflows to a known type, 02 01 ff ffffffffffffff03 00",
        "second delta that overflows to a known type, 02 02 10 01 ff fffffffffffffff3 00",
        "more parameters than bytes, 02 02 10 01",
        "count of 2^64-1, 02 ffffffffffffffffff",
        "FORWARD of 2, 02 01 10 02",
        "FORWARD without its octet, 02 01 10",
        "GROUP_ORDER of 0, 02 01 22 00",
        "GROUP_ORDER of 3, 02 01 22 03",
        "FORWARD twice, 02 02 10 01 00 01",
        "LARGEST_OBJECT cut off, 02 01 09 05",
        "filter of type 0, 02 01 21 01 00",
        "filter of type 5, 02 01 21 01 05",
        "filter of type 2^64-1, 02 01 21 09 ffffffffffffffffff",
        "filter of type 2^64-2^32+1, 02 01 21 09 ffffffffff00000001",
        "filter longer than its fields, 02 01 21 02 01 00",
        "filter shorter than its fields, 02 01 21 02 03 05",
        "filter longer than the message, 02 01 21 05 01",
        "filter that ends above 2^64-1, 02 01 21 0c 04 ffffffffffffffffff 00 01",
        "token longer than the message, 02 01 03 ff7fffffffffffffff 00",
    })
    void malformedParametersAreRefused(String what, String body) {
        assertRefused(message("02", body), SessionError.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({
        "33 fields, 06, 00 21" + " 0161016101610161016101610161016101610161016101610161016101610161"
                + "0161016101610161016101610161016101610161016101610161016101610161 0161 00",
        "empty field, 06, 00 01 00 00",
        "field longer than the message, 06, 00 01 05 61",
        "field of 2^64-1 bytes, 06, 00 01 ffffffffffffffffff",
        "name longer than the message, 03, 00 01 0161 09 62 00",
        "reason longer than 1024 bytes, 0b, 02 00 8401",
        "no status, 0b, ''",
    })
    void malformedFieldsAreRefused(String what, String type, String body) {
        assertRefused(message(type, body), SessionError.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({
        "value longer than the block, 01 05 2f61",
        "value of 2^64-1 bytes, 01 ffffffffffffffffff",
        "type above 2^64-1, ff fffffffffffffffe 00 02 00",
    })
    void malformedOptionsAreRefused(String what, String body) {
        assertRefused(message("af00", body), SessionError.KEY_VALUE_FORMATTING_ERROR);
    }

    @Test
    void namesOfMoreThan4096BytesAreRefused() {
        assertRefused(message("06", "00 01 9001" + "61".repeat(4097) + "00"), SessionError.PROTOCOL_VIOLATION);
        String namespace = "01 8fa0" + "61".repeat(4000);
        byte[] tooLong = message("03", "00" + namespace + "8061" + "62".repeat(97) + "00");
        byte[] longest = message("03", "00" + namespace + "8060" + "62".repeat(96) + "00");
        assertRefused(tooLong, SessionError.PROTOCOL_VIOLATION);
        assertThat(decode(longest))
                .isInstanceOf(ControlMessage.Subscribe.class);
    }

    @Test
    void uriOfMoreThan8192BytesIsRefused() {
        assertThat(decode(message("10", "a000" + "61".repeat(8192) + "00"))).isInstanceOf(Goaway.class);
        assertRefused(message("10", "a001" + "61".repeat(8193) + "00"), SessionError.PROTOCOL_VIOLATION);
    }

    /// What @moq/net sends on draft-18, and what everybody else does.
    @Test
    void largestObjectIsReadWithAndWithoutLength() {
        Parameters largest = Parameters.builder().largestObject(new Location(5, 2)).build();

        assertThat(decode(message("04", "07 01 09 05 02"))).isEqualTo(new SubscribeOk(7, largest, TrackProperties.EMPTY));
        assertThat(decode(message("04", "07 01 09 02 05 02"))).isEqualTo(new SubscribeOk(7, largest, TrackProperties.EMPTY));
        assertRefused(message("04", "07 01 09 03 05 02"), SessionError.PROTOCOL_VIOLATION);
    }

    @Test
    void trackPropertiesMustBePairsAndStayAsTheyAre() {
        assertThat(decode(message("04", "07 00 8008 8005"))).isInstanceOfSatisfying(SubscribeOk.class, ok -> assertThat(
                        hex(ok.properties().bytes()))
                .isEqualTo("80088005"));
        assertRefused(message("04", "07 00 08"), SessionError.PROTOCOL_VIOLATION);
        assertRefused(message("04", "07 00 0e 8100"), SessionError.PROTOCOL_VIOLATION);
    }

    @Test
    void redirectIsReadWhole() {
        byte[] redirect = message("05", "34 00 00 03 6d2f62 01 0161 0162");

        assertThat(decode(redirect))
                .isEqualTo(new RequestError(0x34, 0, "", new ControlMessage.Redirect("m/b", FullTrackName.of("a", "b"))));
        assertThat(ControlCodec.encode(decode(redirect))).isEqualTo(redirect);
        assertRefused(message("05", "34 00 00"), SessionError.PROTOCOL_VIOLATION);
        assertRefused(message("05", "33 00 00 00"), SessionError.PROTOCOL_VIOLATION);
    }

    /// Random changes to real messages: a message or a MoqtException, and a message is one that can be written again.
    @Test
    void mutatedMessagesNeverBreakTheDecoder() {
        var random = new Random(2026);
        List<Vectors.Vector> vectors = vectors();
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = vectors.get(random.nextInt(vectors.size())).bytes().clone();
            int header = Vi64.encodedSize(bytes[0]) + 2;
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[header + random.nextInt(bytes.length - header)] = (byte) random.nextInt(256);
            }
            try {
                ControlMessage message = decode(bytes);
                assertThat(decode(ControlCodec.encode(message))).isEqualTo(message);
            } catch (MoqtException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void randomBytesNeverBreakTheDecoder() {
        var random = new Random(18);
        for (int i = 0; i < 100_000; i++) {
            byte[] body = new byte[random.nextInt(40)];
            random.nextBytes(body);
            MessageType type = MessageType.values()[random.nextInt(MessageType.values().length)];
            try {
                decode(message(hex(Vi64.encode(type.code())), hex(body)));
            } catch (MoqtException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
