// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A publisher that sends everything a publisher may: streams with holes, retransmissions and several frames in a packet,
/// datagrams of two tracks, and other frames in between.
final class MediaTraffic {
    static final long[] ALIASES = {300, 7};

    private final Random random;
    private final Map<Long, Long> nextOffsets = new HashMap<>();
    private long streams;
    private long group;

    MediaTraffic(long seed) {
        this.random = new Random(seed);
    }

    /// Frames of one packet.
    byte[][] packet() {
        var frames = new ArrayList<byte[]>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            frames.add(frame(random.nextInt(4) == 0 ? random.nextInt(250) : random.nextInt(40)));
        }
        if (random.nextInt(3) == 0) {
            frames.add(Media.lastDatagram(object(random.nextInt(100))));
        }
        return frames.toArray(byte[][]::new);
    }

    private byte[] frame(int size) {
        return switch (random.nextInt(10)) {
            case 0 -> Media.ACK;
            case 1 -> new byte[1 + random.nextInt(30)];
            case 2 -> Media.PING;
            case 3, 4, 5 -> Media.datagram(object(size));
            case 6, 7 -> opening(size);
            default -> continuation(size);
        };
    }

    private byte[] object(int size) {
        return Media.object(alias(), random.nextInt(20), random.nextInt(5), random.nextInt(256), Bytes.random(random, size));
    }

    private long alias() {
        return ALIASES[random.nextInt(ALIASES.length)];
    }

    private byte[] opening(int size) {
        // Now and then far ahead, so that IDs are of every length.
        streams += random.nextInt(30) == 0 ? 1 << random.nextInt(16) : 1;
        long id = 4 * streams + 2;
        byte[] data = Bytes.concat(Media.subgroup(alias(), group++ % 20, 5), Bytes.random(random, size));
        nextOffsets.put(id, (long) data.length);
        return Media.stream(id, 0, data, random.nextInt(12) == 0);
    }

    private byte[] continuation(int size) {
        if (nextOffsets.isEmpty()) {
            return opening(size);
        }
        List<Long> known = List.copyOf(nextOffsets.keySet());
        long id = known.get(random.nextInt(known.size()));
        long next = nextOffsets.get(id);
        long offset = switch (random.nextInt(8)) {
            case 0 -> next + random.nextInt(20_000);
            case 1 -> Math.max(0, next - random.nextInt(100));
            default -> next;
        };
        nextOffsets.merge(id, offset + size, Math::max);
        return Media.stream(id, offset, Bytes.random(random, size), random.nextInt(12) == 0);
    }
}
