// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// What a video frame is to the others of its group. Layer n goes into subgroup n of the group and has publisher priority
/// 64·(n+1), lower is more urgent; where there are no subgroups, in DATAGRAM mode, the priority tells the layer.
///
/// Without the frames of the highest layer the others decode all the same; without the two highest only key frames remain.
public enum FrameLayer {
    /// Decodes by itself and begins a group: subgroup 0, priority 64.
    KEY,
    /// Needs the key frame and the other reference frames before it in its group: subgroup 1, priority 128.
    REFERENCE,
    /// Needs the same, but no other frame needs it: subgroup 2, priority 192.
    DROPPABLE;

    /// Between the priorities of two layers.
    public static final int PRIORITY_STEP = 64;
    /// Number of layers.
    public static final int COUNT = 3;

    /// @return ID of the layer's subgroup in every group, 0 to 2
    public int subgroup() {
        return ordinal();
    }

    /// @return publisher priority of the layer's objects
    public int priority() {
        return PRIORITY_STEP * (ordinal() + 1);
    }

    /// @param priority publisher priority, 0 to 255
    /// @return the layer that it stands for: the most urgent one whose own priority is not more urgent
    public static FrameLayer ofPriority(int priority) {
        return values()[Math.clamp(Math.ceilDiv(priority, PRIORITY_STEP) - 1, 0, COUNT - 1)];
    }
}
