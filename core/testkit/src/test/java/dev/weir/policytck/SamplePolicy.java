// SPDX-License-Identifier: Apache-2.0
package dev.weir.policytck;

import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PacketIndexer;
import dev.weir.spi.PriorityAssigner;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.testkit.PolicyCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What `sample.bpf.c` does: a parser, an index with restarts, priorities by layer, and a filter that closes a lane above seven
/// eighths of its window, opens it again when there has been room for a while, and lets nothing depend on what it dropped.
///
/// @param object the compiled C text
record SamplePolicy(byte[] object) implements FanoutPolicy {
    static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    private static final int PRIORITY_STEP = 40;
    private static final int OPEN_EIGHTHS = 5;
    private static final long RECOVERY_NANOS = 50_000_000;
    private static final int LIMIT = 100;
    private static final int IS_CLOSED = 0;
    private static final int CLOSED_AT = 1;
    private static final int DROPS = 0;

    /// The policy with a mistake in C.
    ///
    /// @param right what stands in the C text
    /// @param wrong what is to stand there
    static SamplePolicy with(String right, String wrong) {
        String text = text();
        if (!text.contains(right)) {
            throw new IllegalArgumentException("the sample has no " + right);
        }
        return new SamplePolicy(PolicyCompiler.compile(text.replace(right, wrong)));
    }

    private static String text() {
        try (InputStream in = SamplePolicy.class.getResourceAsStream("sample.bpf.c")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A payload that the parser understands.
    static byte[] payload(RandomGenerator random, MediaObject media) {
        return new byte[] {(byte) (0x80 | random.nextInt(32)), (byte) random.nextInt(), (byte) random.nextInt(), (byte) media.object()};
    }

    @Override
    public FrameParser frames() {
        return (media, payload) -> {
            int first = payload.remaining() >= 2 ? payload.get(0) & 0xff : 0;
            return (first & 0x80) == 0
                    ? new FrameContent(0, media.object() == 0)
                    : new FrameContent(first & 7, (first & 8) == 0, picture(first, payload));
        };
    }

    private static int picture(int first, ByteBuffer payload) {
        return (first & 16) != 0 && payload.remaining() >= 4 ? payload.getShort(2) & 0xffff : payload.get(1) & 0xff;
    }

    @Override
    public PacketIndexer indexer() {
        return (media, content) -> new ObjectIndex(
                media.group(), content.independent() || media.group() == 0 ? media.group() : media.group() - 1);
    }

    @Override
    public PriorityAssigner priorities() {
        return (media, content, index) -> Math.min(255, media.priority() + content.layer() * PRIORITY_STEP);
    }

    @Override
    public ObjectFilter filter() {
        return SamplePolicy::decide;
    }

    private static Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
        ObjectIndex index = object.index();
        if (lane.lossPerMillion() > 500_000) {
            return Verdict.defer();
        }
        if (Long.compareUnsigned(index.restart(), state.dropUntil()) < 0 && !object.content().independent()) {
            return Verdict.drop("gap");
        }
        if (isClosed(lane, state) && object.priority() >= LIMIT) {
            state.word(DROPS, state.word(DROPS) + 1);
            state.dropUntil(index.index() + 1);
            return Verdict.drop("closed");
        }
        return Verdict.forward();
    }

    private static boolean isClosed(LaneView lane, LaneState state) {
        long eighths = lane.bytesInFlight() * 8;
        if (eighths > lane.congestionWindow() * 7) {
            state.laneWord(IS_CLOSED, 1);
            state.laneWord(CLOSED_AT, lane.nowNanos());
        } else if (eighths < lane.congestionWindow() * OPEN_EIGHTHS
                && lane.nowNanos() - state.laneWord(CLOSED_AT) >= RECOVERY_NANOS) {
            state.laneWord(IS_CLOSED, 0);
        }
        return state.laneWord(IS_CLOSED) != 0;
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        var config = List.of((long) PRIORITY_STEP, (long) OPEN_EIGHTHS, RECOVERY_NANOS, (long) LIMIT);
        return Optional.of(new ProgramVariant(object, config, List.of("gap", "closed"), List.of()));
    }
}
