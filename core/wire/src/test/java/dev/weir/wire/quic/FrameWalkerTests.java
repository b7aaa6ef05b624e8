// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import static dev.weir.wire.quic.Hex.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.quic.FrameWalk.Fault;
import dev.weir.wire.quic.FrameWalk.Malformed;
import dev.weir.wire.quic.FrameWalk.WellFormed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FrameWalkerTests {
    /// One frame of each type that ends by itself, and the data in it.
    static List<Sample> samples() {
        return List.of(
                new Sample("PADDING", 0x00, "00"),
                new Sample("run of PADDING", 0x00, "000000"),
                new Sample("PING", 0x01, "01"),
                new Sample("ACK", 0x02, "02 4064 19 00 05"),
                new Sample("ACK down to 0", 0x02, "02 0a 00 00 0a"),
                new Sample("ACK with ranges", 0x02, "02 4064 19 02 05 03 02 4001 00"),
                new Sample("ACK with counts", 0x03, "03 4064 19 01 05 03 02 01 4002 80000003"),
                new Sample("RESET_STREAM", 0x04, "04 04 10 4400"),
                new Sample("STOP_SENDING", 0x05, "05 04 10"),
                new Sample("CRYPTO", 0x06, "06 4100 03 aabbcc").data("aabbcc").offset(256),
                new Sample("NEW_TOKEN", 0x07, "07 02 aabb"),
                new Sample("STREAM with length", 0x0a, "0a 0b 03 aabbcc").data("aabbcc").stream(11, 0, false),
                new Sample("STREAM with length and FIN", 0x0b, "0b 0b 03 aabbcc").data("aabbcc").stream(11, 0, true),
                new Sample("STREAM with offset and length", 0x0e, "0e 400b 80000101 4002 aabb")
                        .data("aabb")
                        .stream(11, 257, false),
                new Sample("STREAM with all", 0x0f, "0f c00000000000000b 05 00").stream(11, 5, true),
                new Sample("MAX_DATA", 0x10, "10 80010000"),
                new Sample("MAX_STREAM_DATA", 0x11, "11 04 80010000"),
                new Sample("MAX_STREAMS (bidi)", 0x12, "12 d000000000000000"),
                new Sample("MAX_STREAMS (uni)", 0x13, "13 4064"),
                new Sample("DATA_BLOCKED", 0x14, "14 4400"),
                new Sample("STREAM_DATA_BLOCKED", 0x15, "15 04 4400"),
                new Sample("STREAMS_BLOCKED (bidi)", 0x16, "16 4064"),
                new Sample("STREAMS_BLOCKED (uni)", 0x17, "17 d000000000000000"),
                new Sample("NEW_CONNECTION_ID", 0x18, "18 05 05 04 aabbccdd 000102030405060708090a0b0c0d0e0f"),
                new Sample("NEW_CONNECTION_ID of 20 bytes", 0x18, "18 01 00 14" + "aa".repeat(20) + "11".repeat(16)),
                new Sample("RETIRE_CONNECTION_ID", 0x19, "19 4001"),
                new Sample("PATH_CHALLENGE", 0x1a, "1a 0102030405060708"),
                new Sample("PATH_RESPONSE", 0x1b, "1b 0102030405060708"),
                new Sample("CONNECTION_CLOSE", 0x1c, "1c 0a 08 03 616263"),
                new Sample("CONNECTION_CLOSE (application)", 0x1d, "1d 4100 00"),
                new Sample("HANDSHAKE_DONE", 0x1e, "1e"),
                new Sample("DATAGRAM with length", 0x31, "31 03 aabbcc").data("aabbcc"),
                new Sample("empty DATAGRAM", 0x31, "31 00"));
    }

    /// Frames whose data goes to the end of the packet.
    static List<Sample> openEnded() {
        return List.of(
                new Sample("STREAM", 0x08, "08 0b aabbcc").data("aabbcc").stream(11, 0, false),
                new Sample("STREAM with FIN", 0x09, "09 0b aabbcc").data("aabbcc").stream(11, 0, true),
                new Sample("STREAM with offset", 0x0c, "0c 0b 4400 aabbcc").data("aabbcc").stream(11, 1024, false),
                new Sample("STREAM with offset and FIN", 0x0d, "0d 0b 4400").stream(11, 1024, true),
                new Sample("DATAGRAM", 0x30, "30 aabbcc").data("aabbcc"),
                new Sample("empty DATAGRAM", 0x30, "30"));
    }

    record Sample(String name, int type, byte[] bytes, String data, long stream, long offset, boolean fin) {
        Sample(String name, int type, String bytes) {
            this(name, type, hex(bytes), "", -1, -1, false);
        }

        Sample data(String newData) {
            return new Sample(name, type, bytes, newData, stream, offset, fin);
        }

        Sample offset(long newOffset) {
            return new Sample(name, type, bytes, data, stream, newOffset, fin);
        }

        Sample stream(long newStream, long newOffset, boolean newFin) {
            return new Sample(name, type, bytes, data, newStream, newOffset, newFin);
        }

        /// What the walker is to say of it when it begins at `start`.
        Frame at(int start) {
            int end = start + bytes.length;
            int length = data.length() / 2;
            return new Frame(type, start, end, end - length, length, stream, offset, fin);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Malformed malformed(byte[] payload) {
        FrameWalk walk = FrameWalker.walk(payload);
        assertThat(walk).isInstanceOf(Malformed.class);
        return (Malformed) walk;
    }

    @Test
    void samplesAreOfAllTypes() {
        Set<Integer> types = new TreeSet<>();
        samples().forEach(s -> types.add(s.type()));
        openEnded().forEach(s -> types.add(s.type()));

        assertThat(types).hasSize(33).contains(0x00, 0x1e, 0x30, 0x31);
    }

    @ParameterizedTest
    @MethodSource({"samples", "openEnded"})
    void frameAlone(Sample sample) {
        assertThat(FrameWalker.walk(sample.bytes())).isEqualTo(new WellFormed(List.of(sample.at(0))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void frameBetweenOthers(Sample sample) {
        byte[] payload = concat(hex("01"), sample.bytes(), hex("01"));

        assertThat(FrameWalker.walk(payload).frames()).contains(sample.at(1)).hasSize(3);
        assertThat(FrameWalker.walk(concat(hex("ffff"), payload, hex("ff")), 2, payload.length))
                .isEqualTo(FrameWalker.walk(payload));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void frameCutOffEverywhereIsMalformed(Sample sample) {
        for (int length = 1; length < sample.bytes().length; length++) {
            byte[] cut = Arrays.copyOf(sample.bytes(), length);
            if (sample.type() == 0x00) {
                assertThat(FrameWalker.walk(cut)).isInstanceOf(WellFormed.class);
                continue;
            }
            Malformed walk = malformed(concat(hex("01"), cut));
            assertThat(walk.error()).isEqualTo(Fault.FRAME_ENCODING_ERROR);
            assertThat(walk.at()).isEqualTo(1);
            assertThat(walk.frames()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("openEnded")
    void frameToTheEndTakesAllThatFollows(Sample sample) {
        Frame frame = FrameWalker.walk(concat(sample.bytes(), hex("0000"))).frames().getFirst();

        assertThat(frame.end()).isEqualTo(sample.bytes().length + 2);
        assertThat(frame.dataLength()).isEqualTo(sample.data().length() / 2 + 2);
    }

    @ParameterizedTest
    @CsvSource({
        "unknown type 0x1f, 1f",
        "unknown type 0x20, 20 00 00",
        "unknown type 0x2f, 2f 00 00",
        "unknown type 0x32, 32 00 00",
        "unknown type 0x3f, 3f 00 00",
        "unknown type 0x40, 4040 00",
        "unknown type 0x4000, 80004000 00",
        "ACK below 0 in the first range, 02 05 00 00 06",
        "ACK below 0 in a gap, 02 05 00 01 03 01 00",
        "ACK below 0 in a range, 02 05 00 01 01 01 02",
        "ACK of more ranges than bytes, 02 7fff 00 ffffffffffffffff 00 00 00",
        "CRYPTO beyond 2^62-1, 06 ffffffffffffffff 01 aa",
        "STREAM beyond 2^62-1, 0e 00 ffffffffffffffff 01 aa",
        "STREAM to the end beyond 2^62-1, 0c 00 ffffffffffffffff aa",
        "STREAM longer than the packet, 0a 00 04 aabbcc",
        "STREAM of 2^62-1 bytes, 0a 00 ffffffffffffffff aa",
        "DATAGRAM longer than the packet, 31 04 aabbcc",
        "DATAGRAM of 2^32 bytes, 31 c000000100000000 aa",
        "NEW_TOKEN without token, 07 00",
        "NEW_CONNECTION_ID of 0 bytes, 18 01 00 00 11111111111111111111111111111111",
        "NEW_CONNECTION_ID that retires itself, 18 01 02 01 aa 11111111111111111111111111111111",
        "MAX_STREAMS above 2^60, 12 d000000000000001",
        "STREAMS_BLOCKED above 2^60, 17 d000000000000001",
        "CONNECTION_CLOSE longer than the packet, 1c 00 00 ffffffffffffffff aa",
    })
    void impossibleFieldsAreMalformed(String what, String payload) {
        Malformed walk = malformed(hex(payload));

        assertThat(walk.error()).isEqualTo(Fault.FRAME_ENCODING_ERROR);
        assertThat(walk.error().code()).isEqualTo(0x07);
        assertThat(walk.at()).isZero();
        assertThat(walk.reason()).isNotBlank();
    }

    @Test
    void connectionIdOf21BytesIsMalformed() {
        assertThat(malformed(hex("18 01 00 15" + "aa".repeat(21) + "11".repeat(16))).reason()).contains("21 bytes");
    }

    @ParameterizedTest
    @CsvSource({"''", "4001", "80000001", "c000000000000008 00", "4031 00"})
    void noFrameAndLongTypesAreViolations(String payload) {
        Malformed walk = malformed(hex(payload));

        assertThat(walk.error()).isEqualTo(Fault.PROTOCOL_VIOLATION);
        assertThat(walk.error().code()).isEqualTo(0x0a);
    }

    @Test
    void streamMayEndAtTheLastOffset() {
        assertThat(FrameWalker.walk(hex("0e 00 fffffffffffffffe 01 aa"))).isInstanceOf(WellFormed.class);
    }

    @Test
    void framesTellWhatTheyAre() {
        List<Frame> frames = FrameWalker.walk(hex("00 0a 03 01 aa 31 01 bb 0f 03 01 00 30")).frames();

        assertThat(frames).extracting(Frame::isPadding).containsExactly(true, false, false, false, false);
        assertThat(frames).extracting(Frame::isStream).containsExactly(false, true, false, true, false);
        assertThat(frames).extracting(Frame::isDatagram).containsExactly(false, false, true, false, true);
    }

    @Test
    void manySmallFrames() {
        FrameWalk walk = FrameWalker.walk(hex("01".repeat(1000) + "00".repeat(400)));

        assertThat(walk.frames()).hasSize(1001).last().isEqualTo(new Frame(0, 1000, 1400, 1400, 0, -1, -1, false));
    }

    /// Random sequences of the samples: every frame is found where it is.
    @Test
    void randomPayloadsAreTakenApart() {
        var random = new Random(9000);
        List<Sample> closed =
                samples().stream().filter(s -> s.type() != 0x00).toList();
        for (int round = 0; round < 20_000; round++) {
            List<Sample> chosen = random.ints(1 + random.nextInt(12), 0, closed.size())
                    .mapToObj(closed::get)
                    .collect(Collectors.toList());
            if (random.nextBoolean()) {
                chosen.add(openEnded().get(random.nextInt(openEnded().size())));
            }
            int start = 0;
            var expected = new ArrayList<Frame>();
            for (Sample sample : chosen) {
                expected.add(sample.at(start));
                start += sample.bytes().length;
            }
            byte[] payload = concat(chosen.stream().map(Sample::bytes).toArray(byte[][]::new));

            assertThat(FrameWalker.walk(payload)).isEqualTo(new WellFormed(expected));
        }
    }

    /// Random bytes: the frames found lie one behind the other inside the payload, and what is left is at the fault.
    @Test
    void randomBytesNeverBreakTheWalker() {
        var random = new Random(9221);
        for (int round = 0; round < 200_000; round++) {
            byte[] payload = new byte[random.nextInt(64)];
            random.nextBytes(payload);
            if (payload.length > 0) {
                payload[0] &= 0x1f;
            }
            FrameWalk walk = FrameWalker.walk(payload);
            int end = 0;
            for (Frame frame : walk.frames()) {
                assertThat(frame.start()).isEqualTo(end);
                assertThat(frame.dataOffset() + frame.dataLength()).isEqualTo(frame.end());
                end = frame.end();
            }
            assertThat(end).isEqualTo(walk instanceof Malformed m ? m.at() : payload.length);
        }
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
        var joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }
}
