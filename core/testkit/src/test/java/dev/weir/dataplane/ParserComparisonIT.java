// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Selftest;
import dev.weir.testkit.RequiresRoot;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagramHeader;
import dev.weir.wire.moqt.SubgroupHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The parsers of MoQT headers in the kernel, one by one, against those in core/wire, which were written from the specification
/// and not from the C code. DifferentialIT compares whole packets.
@RequiresRoot
class ParserComparisonIT {
    private static final long SEED = Long.getLong("weir.differential.seed", 9221);
    private static final int HEADERS = 5000;

    private static SelftestRun selftest;

    @BeforeAll
    static void load() {
        selftest = new SelftestRun();
    }

    @AfterAll
    static void unload() {
        selftest.close();
    }

    private static MemorySegment ask(String program, byte[] text) {
        return selftest.run(program, test -> {
            SelftestRun.put(text, Selftest.text(test));
            Selftest.length(test, text.length);
        });
    }

    /// The fields of either header that both sides read.
    private record Header(int type, long alias, int aliasOffset, int aliasLength, long group, long object, int priority) {}

    private static @Nullable Header header(MemorySegment answer) {
        if (Selftest.result(answer) != 1) {
            return null;
        }
        var frame = Recorded.media(Selftest.frames(answer, 0));
        return new Header(frame.type(), frame.streamId(), frame.frameStart(), frame.length(), frame.group(), frame.object(),
                Selftest.words(answer, 0));
    }

    @Test
    void bothReadTheSameSubgroupHeaders() {
        var random = new Random(SEED);
        int read = 0;
        for (int i = 0; i < HEADERS; i++) {
            byte[] text = headerText(random);
            @Nullable Header expected = subgroup(text);
            assertThat(header(ask("selftest_subgroup", text))).as(Bytes.hex(text)).isEqualTo(expected);
            read += expected == null ? 0 : 1;
        }
        assertThat(read).isGreaterThan(HEADERS / 25);
    }

    private static @Nullable Header subgroup(byte[] text) {
        if (text.length > 0 && text[0] < 0) {
            return null; // A type of several bytes is left to user space, whatever it is.
        }
        try {
            var header = SubgroupHeader.decode(ByteBuffer.wrap(text));
            return header == null ? null : new Header(header.type(), header.alias(), header.aliasOffset(), header.aliasLength(),
                    header.group(), header.subgroup(), header.priority() == null ? -1 : header.priority());
        } catch (MoqtException e) {
            return null;
        }
    }

    @Test
    void bothReadTheSameDatagramHeaders() {
        var random = new Random(SEED + 1);
        int read = 0;
        for (int i = 0; i < HEADERS; i++) {
            byte[] text = headerText(random);
            @Nullable Header seen = header(ask("selftest_datagram", text));
            @Nullable Header expected = datagram(text);
            // Properties and status behind the header may still be a reason to leave the datagram to user space.
            if (seen != null || expected != null && (expected.type() & 0x21) == 0) {
                assertThat(seen).as(Bytes.hex(text)).isEqualTo(expected);
            }
            read += seen == null ? 0 : 1;
        }
        assertThat(read).isGreaterThan(HEADERS / 25);
    }

    private static @Nullable Header datagram(byte[] text) {
        if (text.length == 0 || text[0] < 0) {
            return null;
        }
        try {
            var header = ObjectDatagramHeader.decode(text, 0, text.length);
            return new Header(header.type(), header.alias(), header.aliasOffset(), header.aliasLength(), header.group(), header.object(),
                    header.priority());
        } catch (MoqtException e) {
            return null;
        }
    }

    /// A type and integers of all lengths, cut off anywhere.
    private static byte[] headerText(Random random) {
        byte[] text = {(byte) (random.nextInt(10) == 0 ? random.nextInt(256) : random.nextInt(128))};
        for (int i = 0; i < 4; i++) {
            int length = 1 + random.nextInt(9);
            long value = length == 9 ? random.nextLong() : random.nextLong() & (1L << 7 * length) - 1;
            text = Bytes.concat(text, Media.vi64(value, length));
        }
        return Arrays.copyOf(text, random.nextInt(4) == 0 ? random.nextInt(text.length + 1) : text.length);
    }

    @Test
    void theKernelDecidesOnEveryLegalDatagramType() {
        var legal = Map.of("00", "812c05020a", "02", "812c05020a", "04", "812c050a", "08", "812c0502", "0c", "812c05",
                "01", "812c05020a023e02", "20", "812c05030a03", "2c", "812c0503", "24", "812c050a00");
        legal.forEach((type, rest) -> {
            var header = header(ask("selftest_datagram", Bytes.hex(type + rest + (type.startsWith("2") ? "" : "61626364"))));
            assertThat(header).as(type).isNotNull();
            assertThat(header.alias()).isEqualTo(300);
            assertThat(header.group()).isEqualTo(5);
        });
        assertThat(header(ask("selftest_datagram", Bytes.hex("01812c05020a006162")))).as("properties of length 0").isNull();
        assertThat(header(ask("selftest_datagram", Bytes.hex("22812c05020a03")))).as("status and end of group").isNull();
    }
}
