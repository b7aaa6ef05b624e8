// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes sequences: one lane as it might go on, and the objects of a track, both with a liking for what is at a boundary.
/// The same seed makes the same sequences.
final class CaseGenerator {
    private static final long[] BEGINNINGS = {1, 1_000_000, 1_000_000_000, 86_400_000_000_000L, 1L << 53, 1L << 62};
    private static final List<Field> LANE = List.of(Field.WINDOW, Field.RTT, Field.DELAY, Field.JITTER, Field.LOSS);

    private final SplittableRandom root;
    private final Map<Field, long[]> values = new EnumMap<>(Field.class);
    private final @Nullable PayloadGenerator payloads;
    private final String track;

    /// @param numbers of the policy's configuration: worth trying everywhere
    /// @param payloads null: the policy does not read them
    CaseGenerator(long seed, long[] numbers, @Nullable PayloadGenerator payloads, String track) {
        root = new SplittableRandom(seed);
        for (Field field : Field.values()) {
            values.put(field, field.values(Arrays.stream(numbers)));
        }
        this.payloads = payloads;
        this.track = track;
    }

    /// The next sequence.
    ///
    /// @param length number of questions, at least 1
    Sequence next(int length) {
        var random = root.split();
        var steps = new ArrayList<Step>();
        Step step = first(random);
        steps.add(step);
        while (steps.size() < length) {
            step = after(step, random);
            steps.add(step);
        }
        return new Sequence(
                random.nextInt(4) == 0 ? any(Field.GROUP, random) : LaneState.NONE,
                random.nextInt(4) == 0 ? any(Field.GROUP, random) : 0,
                steps);
    }

    private Step first(RandomGenerator random) {
        Step step = Step.simplest();
        for (Field field : Field.values()) {
            step = step.with(field, any(field, random));
        }
        step = step.with(Field.ELAPSED, BEGINNINGS[random.nextInt(BEGINNINGS.length)]);
        return complete(step, random);
    }

    private Step after(Step last, RandomGenerator random) {
        Step step = moveOn(last, random);
        for (Field field : List.of(Field.MODE, Field.SUBGROUP, Field.LANE_CLASS, Field.SUBSCRIBER_PRIORITY)) {
            step = random.nextInt(16) == 0 ? step.with(field, any(field, random)) : step;
        }
        for (Field field : LANE) {
            step = random.nextInt(3) == 0 ? step.with(field, any(field, random)) : step;
        }
        for (Field field : List.of(Field.PRIORITY, Field.SIZE)) {
            step = random.nextBoolean() ? step.with(field, any(field, random)) : step;
        }
        // Time may seem to go back by a little: processors read the clock before they come to share the state.
        long elapsed = random.nextInt(48) == 0 ? -random.nextLong(1_000_000) : any(Field.ELAPSED, random);
        return complete(step.with(Field.ELAPSED, elapsed), random);
    }

    /// The next object as publishers send them, most of the time.
    private Step moveOn(Step last, RandomGenerator random) {
        long group = last.get(Field.GROUP);
        long object = last.get(Field.OBJECT);
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> last.with(Field.OBJECT, object + 1);
            case 5 -> last.with(Field.OBJECT, object + 1 + random.nextInt(3));
            case 6, 7 -> last.with(Field.GROUP, group + 1).with(Field.OBJECT, 0);
            case 8 -> last.with(Field.GROUP, group - random.nextInt(3)).with(Field.OBJECT, random.nextInt(3));
            default -> last.with(Field.GROUP, any(Field.GROUP, random)).with(Field.OBJECT, any(Field.OBJECT, random));
        };
    }

    /// What depends on the rest of the step.
    private Step complete(Step step, RandomGenerator random) {
        Step complete = step.with(Field.AGE, random.nextBoolean() ? 0 : any(Field.AGE, random))
                .with(Field.IN_FLIGHT, inFlight(step, random))
                .with(Field.SENT, random.nextInt(3) == 0 ? any(Field.SENT, random) : step.get(Field.SIZE));
        return complete.with(payload(complete, random));
    }

    /// As a share of the window, around shares that people write.
    private long inFlight(Step step, RandomGenerator random) {
        long window = step.get(Field.WINDOW);
        long bytes = switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> any(Field.IN_FLIGHT, random);
            case 2 -> window - step.get(Field.SIZE) + random.nextInt(-1, 2);
            case 3 -> window + random.nextInt(-1, 2);
            case 4 -> 2 * window;
            case 5 -> window * random.nextInt(101) / 100 + random.nextInt(-1, 2);
            default -> window * random.nextInt(17) / 16 + random.nextInt(-1, 2);
        };
        return Field.IN_FLIGHT.admits(bytes) ? bytes : 0;
    }

    private long any(Field field, RandomGenerator random) {
        long[] likely = values.get(field);
        return switch (random.nextInt(4)) {
            case 0, 1 -> likely[random.nextInt(likely.length)];
            case 2 -> field.within(random.nextLong());
            default -> field.within(random.nextLong() >>> random.nextInt(Long.SIZE));
        };
    }

    private byte[] payload(Step step, RandomGenerator random) {
        if (payloads == null || random.nextInt(8) == 0) {
            var bytes = new byte[random.nextInt(4) == 0 ? FrameParser.VISIBLE_BYTES : random.nextInt(8)];
            random.nextBytes(bytes);
            return bytes;
        }
        byte[] sound = payloads.payload(random, step.media(track, step.get(Field.AGE)));
        byte[] bytes = Arrays.copyOf(sound, Math.min(sound.length, FrameParser.VISIBLE_BYTES));
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> changed(bytes, random);
            default -> bytes;
        };
    }

    private static byte[] changed(byte[] bytes, RandomGenerator random) {
        if (bytes.length > 0) {
            // The beginning matters most.
            int at = random.nextInt(random.nextInt(bytes.length) + 1);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] ^ 1 << random.nextInt(8));
        }
        return bytes;
    }
}
