// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.EntryState;
import dev.weir.abi.Fanout;
import dev.weir.abi.Subscription;
import dev.weir.abi.SubscriptionFlag;
import dev.weir.abi.TrackKey;
import dev.weir.abi.TrackRef;
import dev.weir.abi.TrackState;
import dev.weir.abi.WeirLimit;
import dev.weir.engine.DataPlane;
import dev.weir.engine.DataPlane.FanoutEntry;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.LoadedObject;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// Tracks as the kernel knows them: by publisher and alias, each with the list of lanes that get it.
///
/// A lane list is written beside the one in force and then flipped. Called under the engine's lock.
final class TrackMaps {
    private final BpfMap tracks;
    private final MemorySegment states;
    private final MemorySegment fanouts;
    private final BitSet used = new BitSet();
    private final IntUnaryOperator laneGeneration;

    /// @param laneGeneration of a slot
    TrackMaps(LoadedObject object, IntUnaryOperator laneGeneration) {
        tracks = object.map("tracks");
        states = object.map("track_states").mmap();
        fanouts = object.map("fanouts").mmap();
        this.laneGeneration = laneGeneration;
    }

    /// @return its index; [DataPlane#NONE] if there are too many
    int open(int publisher, long alias, int defaultPriority, byte[] aliasOverride) {
        int track = openUnnamed(defaultPriority, aliasOverride);
        if (track == DataPlane.NONE) {
            return DataPlane.NONE;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment key = trackKey(call, publisher, alias);
            MemorySegment value = call.allocate(TrackRef.LAYOUT);
            TrackRef.track(value, track);
            TrackRef.generation(value, generation(track));
            tracks.update(key, value, BpfMap.UpdateMode.ANY);
        }
        return track;
    }

    /// A track that is not found by an alias.
    ///
    /// @return its index; [DataPlane#NONE] if there are too many
    int openUnnamed(int defaultPriority, byte[] aliasOverride) {
        int track = used.nextClearBit(0);
        if (track >= WeirLimit.TRACKS) {
            return DataPlane.NONE;
        }
        used.set(track);
        MemorySegment state = TrackState.at(states, track);
        int generation = TrackState.generation(state) + 1;
        TrackState.state(state, EntryState.EMPTY.value);
        VarHandle.releaseFence();
        TrackState.generation(state, generation);
        Fanout.count(Fanout.at(fanouts, 2L * track + TrackState.active(state)), 0);
        TrackState.defaultPriority(state, (byte) defaultPriority);
        TrackState.aliasLength(state, (byte) aliasOverride.length);
        MemorySegment.copy(aliasOverride, 0, TrackState.alias(state), ValueLayout.JAVA_BYTE, 0, aliasOverride.length);
        VarHandle.releaseFence();
        TrackState.state(state, EntryState.LIVE.value);
        return track;
    }

    /// Takes a track out of force; what refers to its generation finds nothing.
    void close(int publisher, long alias, int track) {
        MemorySegment state = TrackState.at(states, track);
        TrackState.state(state, EntryState.EMPTY.value);
        VarHandle.fullFence();
        TrackState.generation(state, TrackState.generation(state) + 1);
        try (Arena call = Arena.ofConfined()) {
            tracks.delete(trackKey(call, publisher, alias));
        }
        used.clear(track);
    }

    private static MemorySegment trackKey(Arena call, int publisher, long alias) {
        MemorySegment key = call.allocate(TrackKey.LAYOUT);
        TrackKey.publisher(key, publisher);
        TrackKey.alias(key, alias);
        return key;
    }

    /// Puts the lanes of a track in force.
    void fanout(int track, List<FanoutEntry> entries) {
        MemorySegment state = TrackState.at(states, track);
        int next = 1 - TrackState.active(state);
        MemorySegment list = Fanout.at(fanouts, 2L * track + next);
        int count = Math.min(entries.size(), WeirLimit.FANOUT);
        for (int i = 0; i < count; i++) {
            FanoutEntry entry = entries.get(i);
            MemorySegment subscription = Fanout.entries(list, i);
            Subscription.lane(subscription, entry.slot());
            Subscription.laneGeneration(subscription, laneGeneration.applyAsInt(entry.slot()));
            Subscription.startGroup(subscription, entry.startGroup());
            Subscription.startObject(subscription, entry.startObject());
            Subscription.endGroup(subscription, entry.endGroup());
            Subscription.flags(subscription, entry.forward() ? SubscriptionFlag.FORWARD.value : 0);
            Subscription.priority(subscription, entry.priority());
            Subscription.policy(subscription, entry.policy());
            Subscription.memory(subscription, entry.memory());
        }
        Fanout.count(list, count);
        VarHandle.releaseFence();
        TrackState.active(state, next);
    }

    int generation(int track) {
        return TrackState.generation(TrackState.at(states, track));
    }
}
