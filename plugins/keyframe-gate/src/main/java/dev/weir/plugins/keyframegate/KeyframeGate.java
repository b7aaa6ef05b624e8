// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.keyframegate;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.List;
import java.util.Optional;

/// The gate. `keyframe_gate.bpf.c` does the same, integer for integer; this is the specification of both.
///
/// **What an object is.** Independent is object 0 of subgroup 0 of a group (a DATAGRAM object counts as of subgroup 0). The layer
/// follows the publisher priority: up to 64 layer 0 (the base), up to 128 layer 1, up to 192 layer 2, beyond layer 3; the way
/// `weir publish --subgroups by-layer` uses priorities. Index and restart are the group.
///
/// **What is dropped**, all numbers unsigned. The checks go in this order:
///
/// 1. `dependency`: not independent, and its restart is below what its layer is closed until;
/// 2. `start`: not independent, and the independent object at its restart was not forwarded, or is further back than the last 64 numbers;
/// 3. `room`: its bytes (0 in STREAM mode, where they are not known) do not fit into the congestion window;
/// 4. `share`: neither independent nor of layer 0, and more than the configured share of the window is in flight.
///
/// A drop closes the object's layer, and all above it, until the index behind the object. Layers from 4 on count as 3.
///
/// Objects may come in any order. While no independent object was forwarded since the gate came into force, whatever the policy before it
/// has forwarded counts as one: a gate that takes over in the middle of a group goes on with it.
///
/// **State.** `dropUntil` is what drops of layer 0 have closed all layers until; word n (1 to 3) is what others have closed
/// layer n until; word 4 is the highest index of an independent object forwarded, and bit n of word 5 says whether the one n below it
/// was (bit 0 always is; while the word is 0 there was none).
final class KeyframeGate implements FanoutPolicy {
    static final List<String> REASONS = List.of("dependency", "start", "room", "share");

    private static final int LAST_LAYER = 3;
    private static final int NEWEST = 4;
    private static final int STARTS = 5;
    private static final int REMEMBERED = 64;
    /// Priorities of one layer: `--subgroups by-layer` makes them 64, 128, 192.
    private static final int PRIORITIES_OF_LAYER = 64;
    private static final long PER_MILLE = 1_000;

    private static final Verdict DEPENDENCY = Verdict.drop(REASONS.get(0));
    private static final Verdict START = Verdict.drop(REASONS.get(1));
    private static final Verdict ROOM = Verdict.drop(REASONS.get(2));
    private static final Verdict SHARE = Verdict.drop(REASONS.get(3));

    private final int sharePerMille;

    /// @param sharePerMille of the congestion window, 0 to 1000
    KeyframeGate(int sharePerMille) {
        this.sharePerMille = sharePerMille;
    }

    @Override
    public FrameParser frames() {
        return (object, payload) ->
                new FrameContent(layerOf(object.priority()), object.object() == 0 && object.subgroup() == 0);
    }

    static int layerOf(int priority) {
        return (Math.max(priority, 1) - 1) / PRIORITIES_OF_LAYER;
    }

    @Override
    public ObjectFilter filter() {
        return this::decide;
    }

    private Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
        Verdict verdict = judge(object, lane, state);
        if (verdict instanceof Verdict.Drop) {
            close(Math.min(object.content().layer(), LAST_LAYER), object.index().index(), state);
        } else if (object.content().independent()) {
            noteStart(object.index().index(), state);
        }
        return verdict;
    }

    private Verdict judge(FanoutObject object, LaneView lane, LaneState state) {
        boolean independent = object.content().independent();
        int layer = Math.min(object.content().layer(), LAST_LAYER);
        ObjectIndex index = object.index();
        if (!independent && Long.compareUnsigned(index.restart(), closedUntil(layer, state)) < 0) {
            return DEPENDENCY;
        }
        if (!independent && !hasStarted(index.restart(), state)) {
            return START;
        }
        if (!fits(object.media(), lane)) {
            return ROOM;
        }
        return !independent && layer > 0 && isAboveShare(lane) ? SHARE : Verdict.forward();
    }

    /// Index until which an object of a layer is closed.
    private static long closedUntil(int layer, LaneState state) {
        return layer == 0 ? state.dropUntil() : greater(state.dropUntil(), state.word(layer));
    }

    private static boolean hasStarted(long restart, LaneState state) {
        if (state.word(STARTS) == 0) {
            // LaneState.NONE + 1 is 0: nothing was forwarded yet.
            return Long.compareUnsigned(state.lastIndex() + 1, restart) > 0;
        }
        long back = state.word(NEWEST) - restart;
        return Long.compareUnsigned(back, REMEMBERED) < 0 && (state.word(STARTS) >>> back & 1) != 0;
    }

    private static void noteStart(long index, LaneState state) {
        long starts = state.word(STARTS);
        long back = state.word(NEWEST) - index;
        if (starts != 0 && Long.compareUnsigned(index, state.word(NEWEST)) <= 0) {
            state.word(STARTS, Long.compareUnsigned(back, REMEMBERED) < 0 ? starts | 1L << back : starts);
            return;
        }
        state.word(STARTS, Long.compareUnsigned(-back, REMEMBERED) < 0 ? starts << -back | 1 : 1);
        state.word(NEWEST, index);
    }

    private static void close(int layer, long index, LaneState state) {
        long until = index == -1L ? index : index + 1;
        if (layer == 0) {
            state.dropUntil(greater(until, state.dropUntil()));
            return;
        }
        for (int above = layer; above <= LAST_LAYER; above++) {
            state.word(above, greater(until, state.word(above)));
        }
    }

    private static long greater(long one, long other) {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }

    private static boolean fits(MediaObject media, LaneView lane) {
        int size = media.mode() == DeliveryMode.DATAGRAM ? media.size() : 0;
        boolean isFull = Long.compareUnsigned(lane.bytesInFlight(), lane.congestionWindow()) >= 0;
        long room = isFull ? 0 : lane.congestionWindow() - lane.bytesInFlight();
        return Long.compareUnsigned(size, room) <= 0;
    }

    private boolean isAboveShare(LaneView lane) {
        return Long.compareUnsigned(lane.bytesInFlight() * PER_MILLE, lane.congestionWindow() * sharePerMille) > 0;
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(KeyframeGate.class, "/bpf/keyframe_gate.bpf.o"),
                List.of((long) sharePerMille),
                REASONS,
                List.of(
                        vector(5, 0, 64, 0),
                        vector(5, 1, 128, 0),
                        vector(0, 1, 128, 0),
                        vector(5, 0, 64, 12_000),
                        vector(-1L, 0, 255, 11_999))));
    }

    private TestVector vector(long group, long object, int priority, long bytesInFlight) {
        var media = new MediaObject("", group, 0, object, priority, DeliveryMode.DATAGRAM, 1_000, 1);
        var lane = new LaneView(
                1_000_000, LaneView.DEFAULT_CLASS, 128, 12_000, bytesInFlight, 0, 20_000_000, 0, 0, 0);
        return TestVector.of(this, media, new byte[0], lane);
    }
}
