// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// What is remembered about one subscription (a lane and a track) from decision to decision, in memory that the kernel and
/// user space share; in C it is `struct weir_track_state` and `struct weir_lane_state`.
///
/// Reading and writing are plain loads and stores: where kernel and user space decide about the same subscription at the same
/// time, one of two changes may be lost. A policy must be right with that.
///
/// The words of the subscription begin as zeros whenever a policy is put in force for it; those of the lane when the policy is
/// installed and when the subscriber's connection begins.
///
/// **Thread.** Used by one thread at a time in user space, that of the hook it was given to; the kernel may use the same
/// memory at the same time.
///
/// **Lifetime.** As long as the policy serves the subscription; nothing may be kept of it beyond the hook's call, for the
/// memory is another subscription's later.
///
/// **Failure.** None, but for the policy's own: the number of a word that is not 0 to 7 is a defect, an exception at best.
///
/// **Units and ranges.** Words and indices have 64 bits, unsigned where they are compared.
public interface LaneState {
    /// 64-bit words that are the policy's own, of each kind.
    int WORDS = 8;

    /// No object was forwarded yet.
    long NONE = -1;

    /// State as a new subscription has it, in memory that nobody shares: for tests, and where there is no kernel.
    static LaneState fresh() {
        return new HeapLaneState();
    }

    /// Highest index (unsigned) among the objects forwarded so far, [#NONE] if there was none; kept when the policy changes.
    long lastIndex();

    /// Notes an object that was forwarded. The relay does so after the verdict; a policy has no need to.
    ///
    /// @param index its index
    void forwarded(long index);

    /// Index from which on objects are wanted again; 0 at first. The relay itself does nothing with it: filters that drop what
    /// depends on something dropped keep it here, and `lane show` prints it. Kept when the policy changes.
    long dropUntil();

    /// Sets [#dropUntil()].
    void dropUntil(long index);

    /// One of the policy's own words for this lane and track.
    ///
    /// @param index 0 to 7
    long word(int index);

    /// Sets [#word].
    void word(int index, long value);

    /// One of the policy's own words for this lane, shared by all tracks of the lane that the policy serves.
    ///
    /// @param index 0 to 7
    long laneWord(int index);

    /// Sets [#laneWord].
    void laneWord(int index, long value);
}
