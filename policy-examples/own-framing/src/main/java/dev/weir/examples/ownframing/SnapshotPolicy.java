// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// The policy. `own_framing.bpf.c` does the same; this is the specification of both.
///
/// **The format.** A payload begins with its type, one byte, and its sequence number, four bytes, the most significant first.
/// Type 1 is a snapshot (layer 0, independent), type 2 a change of what the last snapshot said (layer 1), type 3 a detail of a
/// change (layer 2). A payload that is shorter, or of another type, is taken for a snapshot without a number.
///
/// **What is dropped.** `layer`: what is above the configured layer. `start`: what is no snapshot, as long as nothing was
/// forwarded to the subscriber.
final class SnapshotPolicy implements FanoutPolicy {
    static final int DETAILS = 2;

    private static final int SNAPSHOT_TYPE = 1;
    private static final int DETAIL_TYPE = 3;
    private static final int HEADER_BYTES = 5;
    private static final List<String> REASONS = List.of("layer", "start");
    private static final Verdict LAYER = Verdict.drop(REASONS.get(0));
    private static final Verdict START = Verdict.drop(REASONS.get(1));

    private final int highestLayer;

    SnapshotPolicy(int highestLayer) {
        this.highestLayer = highestLayer;
    }

    @Override
    public FrameParser frames() {
        return (object, payload) -> parse(payload);
    }

    private static FrameContent parse(ByteBuffer payload) {
        if (payload.remaining() < HEADER_BYTES) {
            return new FrameContent(0, true);
        }
        int type = Byte.toUnsignedInt(payload.get());
        if (type < SNAPSHOT_TYPE || type > DETAIL_TYPE) {
            return new FrameContent(0, true);
        }
        return new FrameContent(type - SNAPSHOT_TYPE, type == SNAPSHOT_TYPE, Integer.toUnsignedLong(payload.getInt()));
    }

    @Override
    public ObjectFilter filter() {
        return (object, lane, state) -> {
            if (object.content().layer() > highestLayer) {
                return LAYER;
            }
            return !object.content().independent() && state.lastIndex() == LaneState.NONE ? START : Verdict.forward();
        };
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(SnapshotPolicy.class, "/bpf/own_framing.bpf.o"),
                List.of((long) highestLayer),
                REASONS,
                List.of(
                        vector(1, 0, 0, 0, 7),
                        vector(2, 0, 0, 0, 8),
                        vector(3, 0, 0, 0, 9, 'x'),
                        vector(4, 0, 0, 0, 9),
                        vector(3, 0, 0, 0),
                        vector())));
    }

    private TestVector vector(int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        var media = new MediaObject("fan/1", 41, 0, 0, 128, DeliveryMode.DATAGRAM, bytes.length, 1);
        var lane = new LaneView(1_000_000, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 20_000_000, 0, 0, 0);
        return TestVector.of(this, media, bytes, lane);
    }
}
