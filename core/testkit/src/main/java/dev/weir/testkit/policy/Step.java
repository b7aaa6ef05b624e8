// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import java.util.List;

/// One question of a [Sequence]: an object and a lane, as numbers, so that each of them can be made simpler. The time and the
/// bytes sent are relative to the question before. Immutable.
final class Step {
    private final long[] numbers;
    private final byte[] payload;

    private Step(long[] numbers, byte[] payload) {
        this.numbers = numbers;
        this.payload = payload;
    }

    /// The simplest question.
    static Step simplest() {
        return new Step(new long[Field.values().length], new byte[0]);
    }

    long get(Field field) {
        return numbers[field.ordinal()];
    }

    Step with(Field field, long value) {
        long[] changed = numbers.clone();
        changed[field.ordinal()] = value;
        return new Step(changed, payload);
    }

    Step with(byte[] bytes) {
        return new Step(numbers, bytes);
    }

    byte[] payload() {
        return payload;
    }

    /// @param now the moment of the question, nanoseconds
    MediaObject media(String track, long now) {
        boolean isStream = get(Field.MODE) == 1;
        return new MediaObject(
                track,
                get(Field.GROUP),
                isStream ? get(Field.SUBGROUP) : 0,
                get(Field.OBJECT),
                (int) get(Field.PRIORITY),
                isStream ? DeliveryMode.STREAM : DeliveryMode.DATAGRAM,
                isStream ? 0 : (int) get(Field.SIZE),
                Math.max(0, now - get(Field.AGE)));
    }

    /// @param now the moment of the question, nanoseconds
    /// @param sent bytes sent so far
    LaneView lane(List<String> classes, long now, long sent) {
        return new LaneView(
                now,
                classes.get((int) get(Field.LANE_CLASS) % classes.size()),
                (int) get(Field.SUBSCRIBER_PRIORITY),
                get(Field.WINDOW),
                get(Field.IN_FLIGHT),
                sent,
                get(Field.RTT),
                get(Field.DELAY),
                get(Field.JITTER),
                (int) get(Field.LOSS));
    }
}
