// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The streams of one publisher that are known: those whose bytes are kept, those that wait for their alias to become known, and those
/// that were let go and are remembered only so that what still comes of them is not taken for new streams.
///
/// Guarded by the engine's lock.
final class PublisherStreams {
    private final Map<Long, UpstreamStream> known = new HashMap<>();
    private final SequencedSet<UpstreamStream> kept = new LinkedHashSet<>();
    private final SequencedSet<UpstreamStream> waiting = new LinkedHashSet<>();
    private final SequencedSet<UpstreamStream> finished = new LinkedHashSet<>();
    private final Deque<UpstreamStream> past = new ArrayDeque<>();
    private long bytes;
    private long waitingBytes;

    @Nullable UpstreamStream stream(long id) {
        return known.get(id);
    }

    /// A new one, which waits for its track.
    void add(UpstreamStream stream) {
        known.put(stream.id, stream);
        kept.add(stream);
        waiting.add(stream);
        grown(stream, stream.footprint());
    }

    void grown(UpstreamStream stream, long by) {
        bytes += by;
        waitingBytes += stream.track == null ? by : 0;
    }

    /// Its track is known, but it is not attached to it yet.
    void found(UpstreamStream stream) {
        if (waiting.remove(stream)) {
            waitingBytes -= stream.footprint();
        }
    }

    /// The publisher has ended one of those that have a track.
    void finished(UpstreamStream stream) {
        finished.add(stream);
    }

    /// Its bytes are about to go.
    void letGo(UpstreamStream stream) {
        found(stream);
        kept.remove(stream);
        finished.remove(stream);
        bytes -= stream.footprint();
    }

    /// One that was let go is over: nothing of it comes any more but repetitions.
    void past(UpstreamStream stream) {
        past.add(stream);
    }

    /// @return whether it was known
    boolean forget(UpstreamStream stream) {
        return known.remove(stream.id, stream);
    }

    /// How many are known.
    int size() {
        return known.size();
    }

    /// Bytes that are kept of them.
    long bytes() {
        return bytes;
    }

    /// Bytes of those without a track.
    long waitingBytes() {
        return waitingBytes;
    }

    /// All that are known, to go through while some are forgotten.
    List<UpstreamStream> all() {
        return new ArrayList<>(known.values());
    }

    /// Those whose bytes are kept, the oldest first.
    SequencedSet<UpstreamStream> kept() {
        return kept;
    }

    /// Those without a track, the oldest first.
    SequencedSet<UpstreamStream> waiting() {
        return waiting;
    }

    /// Those with a track that the publisher has ended, in the order in which they are looked at.
    SequencedSet<UpstreamStream> finished() {
        return finished;
    }

    /// Those that were let go and are over, the oldest first.
    Deque<UpstreamStream> past() {
        return past;
    }
}
