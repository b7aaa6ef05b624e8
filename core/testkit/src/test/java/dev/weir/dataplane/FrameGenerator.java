// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;

/// Makes plaintexts of packets: mostly right, with every frame type, integers of any length, and then often damaged.
final class FrameGenerator {
    private static final int LONGEST = 1456;

    private final Random random;

    FrameGenerator(long seed) {
        this.random = new Random(seed);
    }

    byte[] next() {
        var frames = new ArrayList<byte[]>();
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 6);
        for (int i = 0; i < count; i++) {
            frames.add(frame());
        }
        byte[] plaintext = Bytes.concat(frames.toArray(byte[][]::new));
        plaintext = random.nextBoolean() ? plaintext : damage(plaintext);
        return Arrays.copyOf(plaintext, Math.min(LONGEST, plaintext.length));
    }

    private byte[] frame() {
        int type = random.nextInt(40);
        return switch (type) {
            case 0 -> new byte[1 + random.nextInt(200)];
            case 1, 0x1e -> new byte[] {(byte) type};
            case 2, 3 -> ack(type);
            case 4 -> frame(type, 3);
            case 5, 0x11, 0x15 -> frame(type, 2);
            case 6 -> Bytes.concat(frame(type, 1), block());
            case 7 -> Bytes.concat(frame(type, 0), block());
            case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 -> frame(type, 1);
            case 0x18 -> newConnectionId();
            case 0x1a, 0x1b -> Bytes.concat(frame(type, 0), Bytes.random(random, 8));
            case 0x1c -> Bytes.concat(frame(type, 2), block());
            case 0x1d -> Bytes.concat(frame(type, 1), block());
            case 32, 33, 34, 35 -> Bytes.concat(frame(0x31, 0), block());
            case 36 -> Bytes.concat(frame(0x30, 0), Bytes.random(random, random.nextInt(60)));
            default -> stream(8 + random.nextInt(8));
        };
    }

    /// A type and so many integers.
    private byte[] frame(int type, int integers) {
        byte[] frame = {(byte) type};
        for (int i = 0; i < integers; i++) {
            frame = Bytes.concat(frame, integer());
        }
        return frame;
    }

    private byte[] stream(int type) {
        byte[] head = Bytes.concat(frame(type, 0), Media.varint(random.nextInt(4) == 0 ? random.nextInt(64) : 4L * random.nextInt(500) + 2));
        byte[] offset = (type & 4) != 0 ? integer() : new byte[0];
        return Bytes.concat(head, offset, (type & 2) != 0 ? block() : Bytes.random(random, random.nextInt(60)));
    }

    /// A length and so many bytes.
    private byte[] block() {
        int length = random.nextInt(8) == 0 ? random.nextInt(300) : random.nextInt(20);
        return Bytes.concat(Media.varint(length, 1 << (length > 63 ? 1 + random.nextInt(3) : random.nextInt(4))), Bytes.random(random, length));
    }

    private byte[] ack(int type) {
        int ranges = random.nextInt(random.nextInt(20) == 0 ? 300 : 5);
        byte[] frame = Bytes.concat(new byte[] {(byte) type}, Media.varint(random.nextInt(10) == 0 ? random.nextInt(20) : 1_000_000), integer(),
                Media.varint(ranges), Media.varint(random.nextInt(30)));
        for (int i = 0; i < ranges; i++) {
            frame = Bytes.concat(frame, Media.varint(random.nextInt(100)), Media.varint(random.nextInt(100)));
        }
        return type == 3 ? Bytes.concat(frame, integer(), integer(), integer()) : frame;
    }

    private byte[] newConnectionId() {
        int sequence = random.nextInt(100);
        int length = random.nextInt(22);
        return Bytes.concat(new byte[] {0x18}, Media.varint(sequence), Media.varint(random.nextInt(sequence + 2)), new byte[] {(byte) length},
                Bytes.random(random, length + 16));
    }

    /// Of any length, often longer than it need be, sometimes at a limit.
    private byte[] integer() {
        long value = switch (random.nextInt(8)) {
            case 0 -> (1L << 62) - 1 - random.nextInt(70);
            case 1 -> (1L << 60) - 1 + random.nextInt(3);
            case 2 -> random.nextLong() >>> 2;
            default -> random.nextInt(70);
        };
        byte[] shortest = Media.varint(value);
        return random.nextInt(4) == 0 ? Media.varint(value, 8) : shortest;
    }

    private byte[] damage(byte[] plaintext) {
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(plaintext, random.nextInt(plaintext.length + 1));
            case 1 -> Bytes.concat(plaintext, Bytes.random(random, 1 + random.nextInt(8)));
            case 2 -> {
                int at = random.nextInt(plaintext.length);
                yield Bytes.concat(Arrays.copyOf(plaintext, at), Bytes.random(random, 1), Arrays.copyOfRange(plaintext, at, plaintext.length));
            }
            case 3 -> Bytes.random(random, 1 + random.nextInt(80));
            default -> {
                byte[] damaged = plaintext.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                yield damaged;
            }
        };
    }
}
