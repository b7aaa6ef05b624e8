// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.run.NetworkFaults;
import dev.weir.bench.run.SyntheticLoad;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the commands that move media have in common.
final class MediaOptions {
    static final String SECONDS = "length of the media, seconds";
    static final String RATE = "checksummed objects instead of a video: objects per second (200 if only --size is given)";
    static final String SIZE = "checksummed objects instead of a video: bytes per object (1200 if only --rate is given);"
            + " DATAGRAM: the largest that fits, if that is less";
    static final String MEDIA = "a file that ffmpeg reads, instead of the generated test picture";
    static final String SUBGROUPS = "one subgroup per group, or key, other reference and droppable frames in subgroups 0, 1, 2 of every"
            + " group with priorities 64, 128, 192";
    static final String CODEC = "coding of the frames; vp8 with --subgroups by-layer only";
    static final String LAYERS = "of a video published by layer: exactly so many layers must come, 1 to 3; without it, whatever comes is right";
    static final String LOSS = "share of the packets to subscribers that the network loses, percent; handshakes are spared";
    static final String CERTIFICATE = "PEM file with the very certificate that the relay must present";
    static final String INSECURE = "accept any certificate; for tests only";

    private MediaOptions() {}

    /// @return the load that the two options ask for; null: none was given
    static @Nullable SyntheticLoad load(@Nullable Integer rate, @Nullable Integer size) {
        if (rate == null && size == null) {
            return null;
        }
        return new SyntheticLoad(
                rate == null ? SyntheticLoad.DEFAULT_RATE : rate, size == null ? SyntheticLoad.DEFAULT_SIZE : size);
    }

    /// @return what the options ask for; null: neither loss was given
    static @Nullable NetworkFaults faults(@Nullable Double toSubscribers, @Nullable Double toRelay, int burst, long seed) {
        if (toSubscribers == null && toRelay == null) {
            return null;
        }
        return new NetworkFaults(toSubscribers == null ? 0 : toSubscribers, toRelay == null ? 0 : toRelay, burst, seed);
    }

    /// Options that contradict each other or are out of their range are usage errors.
    static <T> T checked(Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
