// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

/// How a publisher divides the groups of a video into subgroups (`--subgroups`).
public enum Subgroups {
    /// Every group is one subgroup, of the track's priority.
    ONE,
    /// Key frames, other reference frames and droppable frames each have a subgroup and a priority of their own, see
    /// [dev.weir.bench.media.FrameLayer].
    BY_LAYER
}
