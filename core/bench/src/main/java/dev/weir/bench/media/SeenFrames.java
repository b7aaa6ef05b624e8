// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// How many frames there must be in the part of a track that a subscriber has seen something of, from the numbers that every
/// piece carries. Not thread-safe.
final class SeenFrames {
    private long firstGroup = Long.MAX_VALUE;
    private long lastGroup = -1;
    private boolean firstKeySeen;
    private long firstFrame = Long.MAX_VALUE;
    private long endOfFrames;
    private long firstReference = Long.MAX_VALUE;
    private long endOfReferences;

    void note(long group, FrameLayer layer, FrameChunk chunk) {
        if (group < firstGroup) {
            firstGroup = group;
            firstKeySeen = false;
        }
        lastGroup = Math.max(lastGroup, group);
        firstKeySeen |= group == firstGroup && layer == FrameLayer.KEY;
        firstFrame = Math.min(firstFrame, chunk.frame());
        endOfFrames = Math.max(endOfFrames, chunk.frame() + 1);
        firstReference = Math.min(firstReference, chunk.references());
        endOfReferences = Math.max(endOfReferences, chunk.references() + (layer == FrameLayer.DROPPABLE ? 0 : 1));
    }

    /// One per group.
    long keyFrames() {
        return lastGroup < 0 ? 0 : lastGroup - firstGroup + 1;
    }

    /// Key frames among them.
    long references() {
        return lastGroup < 0 ? 0 : endOfReferences - firstReference + unseenKey();
    }

    /// Of all layers.
    long frames() {
        return lastGroup < 0 ? 0 : endOfFrames - firstFrame + unseenKey();
    }

    /// The first group's key frame is in front of everything that was seen.
    private int unseenKey() {
        return firstKeySeen ? 0 : 1;
    }
}
