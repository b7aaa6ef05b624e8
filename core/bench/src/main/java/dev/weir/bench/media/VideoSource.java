// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A fragmented MP4 as a track: one group per key frame, which begins with the initialization segment, so that a
/// subscription may begin with any group. In STREAM mode every fragment is an object; in DATAGRAM mode every fragment is cut
/// into [FragmentChunk]s. Not thread-safe.
public final class VideoSource implements ObjectSource {
    private static final int WHOLE = Integer.MAX_VALUE;

    private final AutoCloseableInput input;
    private final Fmp4Splitter splitter;
    private final int pieceSize;
    private final Sha256 sha256 = new Sha256();
    private final Deque<Item> ready = new ArrayDeque<>();
    private @Nullable Fragment upcoming;
    private long fragments;
    private long group = -1;
    private long object;

    private VideoSource(AutoCloseableInput input, int pieceSize) {
        this.input = input;
        this.pieceSize = pieceSize;
        this.splitter = new Fmp4Splitter(input.stream());
        sha256.update(splitter.initializationSegment());
        upcoming = splitter.next();
    }

    /// One object per fragment.
    ///
    /// @param input a fragmented MP4, closed with the source
    /// @throws dev.weir.bench.BenchException if it is none
    public static VideoSource fragments(AutoCloseableInput input) {
        return new VideoSource(input, WHOLE);
    }

    /// Fragments cut into pieces.
    ///
    /// @param input a fragmented MP4, closed with the source
    /// @param payloadSize the largest payload of an object, bytes
    /// @throws dev.weir.bench.BenchException if it is none
    public static VideoSource chunks(AutoCloseableInput input, int payloadSize) {
        return new VideoSource(input, payloadSize - FragmentChunk.HEADER_SIZE);
    }

    /// Bytes of a video and how to let go of them.
    public interface AutoCloseableInput extends AutoCloseable {
        /// @return the bytes
        InputStream stream();

        @Override
        void close();
    }

    @Override
    public TrackContent content() {
        return pieceSize == WHOLE ? TrackContent.VIDEO_FRAGMENTS : TrackContent.VIDEO_CHUNKS;
    }

    @Override
    public @Nullable SourceObject next() {
        if (ready.isEmpty()) {
            readFragment();
        }
        return ready.poll();
    }

    private void readFragment() {
        Fragment fragment = upcoming;
        if (fragment == null) {
            return;
        }
        upcoming = splitter.next();
        if (group < 0 || fragment.keyFrame()) {
            group++;
            object = 0;
            add(0, splitter.initializationSegment(), fragment.decodeMicros(), false);
        }
        sha256.update(fragment.bytes());
        add(++fragments, fragment.bytes(), fragment.decodeMicros(), upcoming == null || upcoming.keyFrame());
    }

    private void add(long number, byte[] bytes, long dueMicros, boolean endsGroup) {
        if (pieceSize == WHOLE) {
            ready.add(new Item(new Location(group, object++), endsGroup, dueMicros, bytes));
            return;
        }
        int count = Math.ceilDiv(bytes.length, pieceSize);
        for (int index = 0; index < count; index++) {
            byte[] piece = Arrays.copyOfRange(bytes, index * pieceSize, Math.min(bytes.length, (index + 1) * pieceSize));
            ready.add(new Item(new Location(group, object++), endsGroup && index == count - 1, dueMicros,
                    new FragmentChunk(number, index, count, piece).encode()));
        }
    }

    @Override
    public byte[] sha256() {
        return sha256.value();
    }

    @Override
    public void close() {
        input.close();
    }

    private record Item(Location location, boolean endOfGroup, long dueMicros, byte[] bytes) implements SourceObject {
        @Override
        public byte[] payload(long sendMicros) {
            return bytes;
        }

        @Override
        public byte[] properties(long sendMicros) {
            return MediaTimestamp.encode(sendMicros);
        }
    }
}
