// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import dev.weir.wire.moqt.Location;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A video as a track that is published by layer: one group per key frame, every frame in the subgroup of its
/// [FrameLayer]. In STREAM mode every frame is an object; in DATAGRAM mode every frame is cut into [FrameChunk]s that fit.
/// Object IDs count the objects of a group in decode order, over all its subgroups. Not thread-safe.
public final class LayeredSource implements ObjectSource {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final VideoSource.AutoCloseableInput input;
    private final VideoCodec codec;
    private final FrameReader reader;
    private final FrameFile file;
    private final int pieceSize;
    private final Sha256 sha256 = new Sha256();
    private final Map<FrameLayer, Long> published = new EnumMap<>(FrameLayer.class);
    private final Map<Long, Long> publishedByGroup = new TreeMap<>();
    private final Deque<Item> ready = new ArrayDeque<>();
    private @Nullable CodedFrame upcoming;
    private long frames;
    private long references;
    private long group = -1;
    private long object;

    /// @param input frames in the codec's format, 30 per second, closed with the source
    /// @param codec how they are coded
    /// @param payloadSize the largest payload of an object, bytes; [Integer#MAX_VALUE]: no limit
    /// @throws BenchException if the input is something else
    public LayeredSource(VideoSource.AutoCloseableInput input, VideoCodec codec, int payloadSize) {
        this.input = input;
        this.codec = codec;
        this.file = new FrameFile(codec);
        this.pieceSize = payloadSize - FrameChunk.HEADER_SIZE;
        this.reader = FrameReader.of(codec, input.stream());
        this.upcoming = reader.next();
        if (upcoming != null && upcoming.layer() != FrameLayer.KEY) {
            throw new BenchException("The video does not begin with a key frame; publish it again with a newer ffmpeg.");
        }
    }

    @Override
    public TrackContent content() {
        return codec.content();
    }

    @Override
    public @Nullable SourceObject next() {
        if (ready.isEmpty()) {
            readFrame();
        }
        return ready.poll();
    }

    private void readFrame() {
        CodedFrame frame = upcoming;
        if (frame == null) {
            return;
        }
        upcoming = reader.next();
        if (frame.layer() == FrameLayer.KEY) {
            group++;
            object = 0;
        }
        sha256.update(file.add(frames, frame.bytes()));
        published.merge(frame.layer(), 1L, Long::sum);
        publishedByGroup.merge(group, 1L, Long::sum);
        cut(frame, upcoming == null || upcoming.layer() == FrameLayer.KEY);
        frames++;
        references += frame.layer() == FrameLayer.DROPPABLE ? 0 : 1;
    }

    private void cut(CodedFrame frame, boolean endsGroup) {
        byte[] bytes = frame.bytes();
        int count = Math.ceilDiv(bytes.length, pieceSize);
        long dueMicros = frames * MICROS_PER_SECOND / Ffmpeg.FRAME_RATE;
        for (int index = 0; index < count; index++) {
            int from = index * pieceSize;
            byte[] piece = Arrays.copyOfRange(bytes, from, from + Math.min(bytes.length - from, pieceSize));
            boolean last = index == count - 1;
            ready.add(new Item(new Location(group, object++), frame.layer(), last && frame.layer() == FrameLayer.KEY,
                    endsGroup && last, dueMicros, new FrameChunk(frames, references, index, count, piece).encode()));
        }
    }

    @Override
    public byte[] sha256() {
        return sha256.value();
    }

    @Override
    public Map<FrameLayer, Long> frames() {
        return Map.copyOf(published);
    }

    @Override
    public Map<Long, Long> framesByGroup() {
        return Map.copyOf(publishedByGroup);
    }

    @Override
    public void close() {
        input.close();
    }

    private record Item(Location location, FrameLayer layer, boolean onlyKeyFrameOver, boolean endOfGroup, long dueMicros, byte[] bytes)
            implements SourceObject {
        @Override
        public boolean endOfSubgroup() {
            return onlyKeyFrameOver || endOfGroup;
        }

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
