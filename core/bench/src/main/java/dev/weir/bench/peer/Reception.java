// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.media.ContentAssembly;
import dev.weir.bench.media.ContentOutput;
import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.media.MediaTimestamp;
import dev.weir.bench.media.SyntheticObject;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.media.WallClock;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.TrackProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What one subscriber has received. Event loop only, but for the counters that say otherwise.
final class Reception {
    private static final int DIGITS = 3;

    private final TrackContent content;
    private final int defaultPriority;
    private final ContentOutput output;
    private final ContentAssembly assembly;
    private final long firstMeasuredGroup;
    private final @Nullable ArrivalListener arrivals;
    private final Map<Location, TransferredObject> objects = new HashMap<>();
    private final Map<Long, Long> resetGroups = new TreeMap<>();
    private final Histogram latency = new Histogram(DIGITS);
    private volatile long received;
    private long duplicates;
    private long corrupt;
    private long streamsFinished;
    private long streamsReset;
    private long unknownStreamsReset;
    private long streamsCutOff;

    Reception(TrackProperties properties, SubscriberPeer.Request request) {
        this.content = TrackContent.of(properties);
        this.defaultPriority = properties.defaultPublisherPriority();
        this.output = request.openOutput();
        this.assembly = ContentAssembly.of(content, output, request.start());
        this.firstMeasuredGroup = request.firstMeasuredGroup();
        this.arrivals = request.arrivals();
    }

    /// @param priority publisher priority; null: the track's default
    void object(Location location, @Nullable Integer priority, byte[] properties, byte[] payload) {
        long now = WallClock.micros();
        if (objects.putIfAbsent(location, TransferredObject.of(location, payload)) != null) {
            duplicates++;
            return;
        }
        received = objects.size();
        long sent = sendTime(properties, payload);
        if (sent >= 0 && location.group() >= firstMeasuredGroup) {
            latency.recordValue(Math.max(0, now - sent));
        }
        int known = priority == null ? defaultPriority : priority;
        if (arrivals != null && sent >= 0) {
            arrivals.arrived(location, known, payload, Math.max(0, now - sent));
        }
        assembly.add(location, known, payload);
    }

    private long sendTime(byte[] properties, byte[] payload) {
        if (content != TrackContent.SYNTHETIC) {
            return properties.length == 0 ? -1 : MediaTimestamp.decode(properties);
        }
        SyntheticObject object = SyntheticObject.decode(payload);
        if (!object.intact()) {
            corrupt++;
            return -1;
        }
        return object.sendMicros();
    }

    void groupEnds(long group, long lastObject) {
        assembly.groupEnds(group, lastObject);
    }

    void streamFinished(boolean atBoundary) {
        if (atBoundary) {
            streamsFinished++;
        } else {
            streamsCutOff++;
        }
    }

    void streamReset(long group, long code) {
        streamsReset++;
        resetGroups.put(group, code);
    }

    void unknownStreamReset() {
        unknownStreamsReset++;
    }

    /// Objects received so far; any thread.
    long received() {
        return received;
    }

    long streamsOver() {
        return streamsFinished + streamsReset + streamsCutOff + unknownStreamsReset;
    }

    /// Nothing more comes.
    ReceivedTrack finish() {
        FrameCounts frames = assembly.finish();
        output.close();
        return new ReceivedTrack(Map.copyOf(objects), duplicates, corrupt, streamsFinished, streamsCutOff,
                Map.copyOf(resetGroups), unknownStreamsReset, latency.copy(), output.sha256(), output.incomplete(), output.incompleteCount(),
                frames);
    }
}
