// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Brings the frames of a track that is published by layer into decode order and writes those that can be decoded, so that
/// the file plays whatever layers are left out.
///
/// Nobody says whether a layer is left out or late, so a group is closed when the next one shows that it is complete, or
/// when too many wait behind it; what comes still later counts as missing. Not thread-safe.
final class LayeredFrames implements ContentAssembly {
    private static final int MOST_OPEN_GROUPS = 8;

    private final ContentOutput output;
    private final FrameFile file;
    private final TreeMap<Long, FrameGroup> open = new TreeMap<>();
    private final Map<FrameLayer, long[]> objects = new EnumMap<>(FrameLayer.class);
    private final Map<FrameLayer, long[]> whole = new EnumMap<>(FrameLayer.class);
    private final Map<FrameLayer, long[]> decodable = new EnumMap<>(FrameLayer.class);
    private final Map<Long, Long> decodableByGroup = new TreeMap<>();
    private final SeenFrames seen = new SeenFrames();
    private long closedUpTo = -1;

    LayeredFrames(VideoCodec codec, ContentOutput output) {
        this.output = output;
        this.file = new FrameFile(codec);
        for (FrameLayer layer : FrameLayer.values()) {
            objects.put(layer, new long[1]);
            whole.put(layer, new long[1]);
            decodable.put(layer, new long[1]);
        }
    }

    @Override
    public void add(Location location, int priority, byte[] payload) {
        FrameLayer layer = FrameLayer.ofPriority(priority);
        FrameChunk chunk = FrameChunk.decode(payload);
        count(objects, layer);
        seen.note(location.group(), layer, chunk);
        if (location.group() <= closedUpTo) {
            return;
        }
        FrameGroup group = open.computeIfAbsent(location.group(), FrameGroup::new);
        if (group.add(layer, chunk)) {
            count(whole, layer);
        }
        while (open.size() > MOST_OPEN_GROUPS || isFirstComplete()) {
            closeFirst();
        }
    }

    private boolean isFirstComplete() {
        if (open.size() < 2) {
            return false;
        }
        FrameGroup first = open.firstEntry().getValue();
        FrameGroup next = open.higherEntry(first.id()).getValue();
        return next.id() == first.id() + 1 && first.isCompleteBefore(next);
    }

    private void closeFirst() {
        FrameGroup group = open.pollFirstEntry().getValue();
        closedUpTo = group.id();
        for (DecodableFrames.Frame frame : DecodableFrames.of(group.whole())) {
            count(decodable, frame.layer());
            decodableByGroup.merge(group.id(), 1L, Long::sum);
            output.write(file.add(frame.number(), group.bytes(frame.number())));
        }
    }

    @Override
    public void groupEnds(long group, long lastObject) {
        // Object IDs do not tell how many frames there are; the next group's key frame does.
    }

    @Override
    public FrameCounts finish() {
        while (!open.isEmpty()) {
            closeFirst();
        }
        var layers = new ArrayList<FrameCounts.Layer>();
        for (FrameLayer layer : FrameLayer.values()) {
            layers.add(new FrameCounts.Layer(layer, value(objects, layer), value(whole, layer), value(decodable, layer)));
        }
        return new FrameCounts(layers, missing(), decodableByGroup);
    }

    private List<Long> missing() {
        long keys = value(whole, FrameLayer.KEY);
        long references = keys + value(whole, FrameLayer.REFERENCE);
        long all = references + value(whole, FrameLayer.DROPPABLE);
        return List.of(seen.keyFrames() - keys, seen.references() - references, seen.frames() - all);
    }

    private static void count(Map<FrameLayer, long[]> counts, FrameLayer layer) {
        counts.get(layer)[0]++;
    }

    private static long value(Map<FrameLayer, long[]> counts, FrameLayer layer) {
        return counts.get(layer)[0];
    }
}
