// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.WeirLaneState;
import dev.weir.abi.WeirTrackState;
import dev.weir.spi.LaneState;
import java.lang.foreign.MemorySegment;

/// A subscription's state in the memory of the kernel's maps, or in memory of the same layout.
///
/// @param track a `struct weir_track_state`
/// @param lane a `struct weir_lane_state`
public record SharedLaneState(MemorySegment track, MemorySegment lane) implements LaneState {
    /// Sets the part for lane and track to what a policy begins with.
    public static void clear(MemorySegment track, long lastIndex, long dropUntil) {
        track.fill((byte) 0);
        WeirTrackState.lastIndex(track, lastIndex);
        WeirTrackState.dropUntil(track, dropUntil);
    }

    @Override
    public long lastIndex() {
        return WeirTrackState.lastIndex(track);
    }

    @Override
    public void forwarded(long index) {
        if (Long.compareUnsigned(lastIndex() + 1, index) <= 0) {
            WeirTrackState.lastIndex(track, index);
        }
    }

    @Override
    public long dropUntil() {
        return WeirTrackState.dropUntil(track);
    }

    @Override
    public void dropUntil(long index) {
        WeirTrackState.dropUntil(track, index);
    }

    @Override
    public long word(int index) {
        return WeirTrackState.words(track, index);
    }

    @Override
    public void word(int index, long value) {
        WeirTrackState.words(track, index, value);
    }

    @Override
    public long laneWord(int index) {
        return WeirLaneState.words(lane, index);
    }

    @Override
    public void laneWord(int index, long value) {
        WeirLaneState.words(lane, index, value);
    }
}
