// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.CandidateFlag;
import dev.weir.abi.CandidateKind;
import dev.weir.wire.quic.Frame;
import dev.weir.wire.quic.FrameWalk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which frames of a publisher's packets the kernel may copy, and as what, by the codecs of core/wire and the rules of
/// docs/concepts/data-plane.md: objects of known tracks, subgroup headers that are whole, and of each stream what was not
/// forwarded before.
final class IndexOracle {
    private static final int DEFAULT_PRIORITY = 128;

    /// A stream that has begun.
    private static final class Stream {
        final int track;
        final long group;
        final int priority;
        final int type;
        long next;
        boolean finished;

        Stream(int track, ParserOracle.Header header) {
            this.track = track;
            this.group = header.group();
            this.priority = priority(header);
            this.type = header.type();
        }
    }

    private final Map<Long, Integer> tracks;
    private final Map<Long, Stream> streams = new HashMap<>();

    /// @param tracks by alias
    IndexOracle(Map<Long, Integer> tracks) {
        this.tracks = tracks;
    }

    /// The candidates of a well-formed packet.
    List<Recorded.Media> candidates(byte[] plaintext, FrameWalk walk) {
        var candidates = new ArrayList<Recorded.Media>();
        for (Frame frame : walk.frames()) {
            Recorded.Media candidate = null;
            if (frame.isDatagram()) {
                candidate = datagram(plaintext, frame);
            } else if (frame.isStream() && (frame.streamId() & 3) == 2) {
                candidate = frame.streamOffset() == 0 ? opening(plaintext, frame) : continuation(frame);
            }
            if (candidate != null) {
                candidates.add(candidate);
            }
        }
        return candidates;
    }

    private Recorded.@Nullable Media datagram(byte[] plaintext, Frame frame) {
        ParserOracle.Header header = ParserOracle.datagram(plaintext, frame);
        if (header == null || !tracks.containsKey(header.alias())) {
            return null;
        }
        return new Recorded.Media(CandidateKind.DATAGRAM.value, 0, priority(header), header.type(), tracks.get(header.alias()), 0, 0, 0,
                header.group(), header.object(), frame.dataLength(), frame.start(), frame.dataOffset());
    }

    private Recorded.@Nullable Media opening(byte[] plaintext, Frame frame) {
        ParserOracle.Header header = ParserOracle.subgroup(plaintext, frame);
        if (header == null || !tracks.containsKey(header.alias())) {
            return null;
        }
        int track = tracks.get(header.alias());
        Stream stream = streams.computeIfAbsent(frame.streamId(), id -> new Stream(track, header));
        long base = stream.next;
        return !claim(stream, frame) ? null : new Recorded.Media(CandidateKind.STREAM.value, CandidateFlag.HEADER.value | fin(frame),
                priority(header), header.type(), track, frame.streamId(), 0, base, header.group(), header.object(), frame.dataLength(),
                frame.start(), frame.dataOffset());
    }

    private Recorded.@Nullable Media continuation(Frame frame) {
        Stream stream = streams.get(frame.streamId());
        if (stream == null) {
            return null;
        }
        long base = stream.next;
        return !claim(stream, frame) ? null : new Recorded.Media(CandidateKind.STREAM.value, fin(frame), stream.priority, stream.type,
                stream.track, frame.streamId(), frame.streamOffset(), base, stream.group, 0, frame.dataLength(), frame.start(),
                frame.dataOffset());
    }

    /// Whether the kernel takes the frame; then everything up to its end counts as forwarded.
    private static boolean claim(Stream stream, Frame frame) {
        boolean says = frame.dataLength() > 0 || frame.fin();
        if (!says || stream.finished || frame.streamOffset() < stream.next) {
            return false;
        }
        stream.next = frame.streamOffset() + frame.dataLength();
        stream.finished = frame.fin();
        return true;
    }

    private static int fin(Frame frame) {
        return frame.fin() ? CandidateFlag.FIN.value : 0;
    }

    private static int priority(ParserOracle.Header header) {
        return header.priority() < 0 ? DEFAULT_PRIORITY : header.priority();
    }
}
