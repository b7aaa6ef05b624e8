// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Makes plaintexts of packets: every frame type, MoQT headers with all their fields at their limits, integers of any length;
/// then often damaged, or cut off at one byte after the other.
final class PlaintextGenerator {
    static final int LONGEST = 1456;
    private static final int TINY_FRAMES = 1000;
    /// Aliases that tests have tracks for.
    private static final long[] ALIASES = {300, 7};

    private final Random random;
    private final ByteBuffer out = ByteBuffer.allocate(8 * LONGEST);
    private byte[] swept = {};
    private int sweptTo;

    PlaintextGenerator(long seed) {
        this.random = new Random(seed);
    }

    /// The next one, 0 to [#LONGEST] bytes.
    byte[] next() {
        if (sweptTo < swept.length) {
            return Arrays.copyOf(swept, sweptTo++);
        }
        byte[] plaintext = whole();
        if (random.nextInt(200) == 0 && plaintext.length < 200) {
            swept = plaintext;
            sweptTo = 0;
        }
        return random.nextBoolean() ? plaintext : damaged(plaintext);
    }

    private byte[] whole() {
        out.clear();
        int kind = random.nextInt(64);
        if (kind == 0) {
            tinyFrames();
        } else {
            int count = 1 + random.nextInt(kind < 4 ? 40 : 6);
            for (int i = 0; i < count && out.position() < LONGEST; i++) {
                frame();
            }
        }
        return Arrays.copyOf(out.array(), Math.min(LONGEST, out.position()));
    }

    /// So many frames that nobody walks over all of them, or nearly so.
    private void tinyFrames() {
        int count = random.nextInt(4) == 0 ? TINY_FRAMES : 1 + random.nextInt(300);
        byte[][] frames = {{1}, {0, 1}, {0x31, 0}, {0x0a, 2, 0}, {0x10, 5}, {0x1e}};
        byte[] frame = frames[random.nextInt(frames.length)];
        for (int i = 0; i < count; i++) {
            out.put(random.nextInt(50) == 0 ? frames[random.nextInt(frames.length)] : frame);
        }
    }

    private void frame() {
        int type = random.nextInt(48);
        switch (type) {
            case 0 -> out.put(new byte[1 + random.nextInt(200)]);
            case 1, 0x1e -> out.put((byte) type);
            case 2, 3 -> ack(type);
            case 4 -> integers(type, 3);
            case 5, 0x11, 0x15 -> integers(type, 2);
            case 6, 0x1d -> block(integers(type, 1));
            case 7 -> block(integers(type, 0));
            case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 -> integers(type, 1);
            case 0x18 -> newConnectionId();
            case 0x1a, 0x1b -> bytes(integers(type, 0), 8);
            case 0x1c -> block(integers(type, 2));
            case 0x1f -> out.put((byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 0x40));
            case 32, 33, 34, 35, 36, 37, 38, 39 -> datagram();
            default -> stream(8 + random.nextInt(8));
        }
    }

    /// A type and so many integers.
    private ByteBuffer integers(int type, int count) {
        out.put((byte) type);
        for (int i = 0; i < count; i++) {
            out.put(integer());
        }
        return out;
    }

    private void bytes(ByteBuffer to, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        to.put(bytes);
    }

    /// A length and, mostly, so many bytes.
    private void block(ByteBuffer to) {
        sized(to, Bytes.random(random, random.nextInt(8) == 0 ? random.nextInt(300) : random.nextInt(20)));
    }

    private void sized(ByteBuffer to, byte[] content) {
        int wrong = random.nextInt(24);
        long length = wrong == 0 ? content.length + 1 : wrong == 1 ? Math.max(0, content.length - 1) : content.length;
        to.put(Media.varint(length, 1 << (length > 63 ? 1 + random.nextInt(3) : random.nextInt(4)))).put(content);
    }

    private void ack(int type) {
        int ranges = random.nextInt(random.nextInt(20) == 0 ? 300 : 5);
        integers(type, 0).put(Media.varint(random.nextInt(10) == 0 ? random.nextInt(20) : 1_000_000)).put(integer())
                .put(Media.varint(random.nextInt(50) == 0 ? 1L << 31 : ranges)).put(Media.varint(random.nextInt(30)));
        for (int i = 0; i < 2 * ranges; i++) {
            out.put(Media.varint(random.nextInt(100)));
        }
        for (int i = 0; type == 3 && i < 3; i++) {
            out.put(integer());
        }
    }

    private void newConnectionId() {
        int sequence = random.nextInt(100);
        int length = random.nextInt(22);
        integers(0x18, 0).put(Media.varint(sequence)).put(Media.varint(random.nextInt(sequence + 2))).put((byte) length);
        bytes(out, length + 16);
    }

    private void stream(int type) {
        integers(type, 0).put(Media.varint(random.nextInt(4) == 0 ? random.nextInt(64) : 4L * random.nextInt(500) + 2));
        boolean begins = (type & 4) == 0 || random.nextInt(4) == 0;
        if ((type & 4) != 0) {
            out.put(begins ? Media.varint(0, 1 << random.nextInt(4)) : integer());
        }
        content(begins ? subgroup() : Bytes.random(random, random.nextInt(60)), (type & 2) != 0);
    }

    private void datagram() {
        boolean withLength = random.nextInt(4) != 0;
        out.put((byte) (withLength ? 0x31 : 0x30));
        content(object(), withLength);
    }

    private void content(byte[] content, boolean withLength) {
        if (withLength) {
            sized(out, content);
        } else {
            out.put(content);
        }
    }

    private byte[] subgroup() {
        int type = random.nextInt(8) == 0 ? random.nextInt(256) : 0x10 | random.nextInt(128);
        ByteBuffer header = ByteBuffer.allocate(128).put((byte) type).put(alias()).put(wide());
        if ((type & 6) == 4) {
            header.put(wide());
        }
        if ((type & 0x20) == 0) {
            header.put((byte) random.nextInt(256));
        }
        header.put(wide());
        properties(header, (type & 1) != 0);
        header.put(wide());
        return cut(header);
    }

    private byte[] object() {
        int type = random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(64) & 0x2f;
        ByteBuffer header = ByteBuffer.allocate(128).put((byte) type).put(alias()).put(wide());
        if ((type & 4) == 0) {
            header.put(wide());
        }
        if ((type & 8) == 0) {
            header.put((byte) random.nextInt(256));
        }
        properties(header, (type & 1) != 0);
        if ((type & 0x20) != 0) {
            header.put(random.nextInt(4) == 0 ? wide() : new byte[] {3});
        } else {
            bytes(header, random.nextInt(40));
        }
        return cut(header);
    }

    private void properties(ByteBuffer header, boolean present) {
        if (present) {
            byte[] pairs = Bytes.random(random, random.nextInt(12));
            header.put(random.nextInt(8) == 0 ? wide() : Media.vi64(pairs.length)).put(pairs);
        }
    }

    private byte[] cut(ByteBuffer header) {
        return Arrays.copyOf(header.array(), random.nextInt(6) == 0 ? random.nextInt(header.position() + 1) : header.position());
    }

    private byte[] alias() {
        return random.nextInt(3) == 0 ? wide() : Media.vi64(ALIASES[random.nextInt(ALIASES.length)], 2 + random.nextInt(3) % 2);
    }

    /// MoQT's integer, of any length whatever its value.
    private byte[] wide() {
        int length = 1 + random.nextInt(9);
        long value = length > 7 ? random.nextLong() >>> (length == 8 ? 8 : 0) : random.nextLong() & (1L << 7 * length) - 1;
        return Media.vi64(random.nextInt(3) == 0 ? value & 7 : value, length);
    }

    /// QUIC's integer, often longer than it need be, sometimes at a limit.
    private byte[] integer() {
        long value = switch (random.nextInt(8)) {
            case 0 -> (1L << 62) - 1 - random.nextInt(70);
            case 1 -> (1L << 60) - 1 + random.nextInt(3);
            case 2 -> random.nextLong() >>> 2;
            default -> random.nextInt(70);
        };
        return random.nextInt(4) == 0 ? Media.varint(value, 8) : Media.varint(value);
    }

    private byte[] damaged(byte[] plaintext) {
        int at = random.nextInt(plaintext.length);
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(plaintext, at);
            case 1 -> limited(Bytes.concat(plaintext, Bytes.random(random, 1 + random.nextInt(8))));
            case 2 -> limited(Bytes.concat(Arrays.copyOf(plaintext, at), Bytes.random(random, 1), Arrays.copyOfRange(plaintext, at, plaintext.length)));
            case 3 -> Bytes.concat(Arrays.copyOf(plaintext, at), Arrays.copyOfRange(plaintext, at + 1, plaintext.length));
            case 4 -> Bytes.random(random, 1 + random.nextInt(80));
            case 5 -> {
                byte[] damaged = plaintext.clone();
                Arrays.fill(damaged, at, Math.min(damaged.length, at + 1 + random.nextInt(9)), (byte) 0xff);
                yield damaged;
            }
            default -> {
                byte[] damaged = plaintext.clone();
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                yield damaged;
            }
        };
    }

    private static byte[] limited(byte[] plaintext) {
        return plaintext.length <= LONGEST ? plaintext : Arrays.copyOf(plaintext, LONGEST);
    }
}
