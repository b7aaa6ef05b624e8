// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.FrameParser;
import java.util.stream.LongStream;

/// A number of a [Step]. All are unsigned but [#ELAPSED], and 0 is the simplest value of each.
enum Field {
    /// 0: DATAGRAM, 1: STREAM.
    MODE(1),
    GROUP(-1),
    /// Counts in STREAM mode only.
    SUBGROUP(-1),
    OBJECT(-1),
    PRIORITY(255),
    /// Bytes; counts in DATAGRAM mode only.
    SIZE(65_535),
    /// Nanoseconds from the object's arrival to the question.
    AGE(Field.LONGEST_TIME),
    /// Nanoseconds since the question before.
    ELAPSED(Field.LONGEST_TIME),
    LANE_CLASS(15),
    SUBSCRIBER_PRIORITY(255),
    WINDOW(1L << 40),
    IN_FLIGHT(1L << 41),
    /// Bytes sent since the question before.
    SENT(1L << 40),
    RTT(Field.LONGEST_TIME),
    DELAY(Field.LONGEST_TIME),
    JITTER(Field.LONGEST_TIME),
    LOSS(1_000_000);

    /// More than a quarter of an hour: beyond what products with the numbers of a configuration can bear, a policy need not agree
    /// with itself.
    private static final long LONGEST_TIME = 1L << 40;

    /// Numbers at which programs go wrong: around powers of two, the lengths of MoQT's and QUIC's integers, and times and
    /// priorities that people write into configurations.
    private static final long[] BOUNDARIES = LongStream.of(
                    0, 2, 64, 128, 192, 256, 1_200, 1_456, 1 << 14, 1 << 16, 1_000_000, 20_000_000, 50_000_000, 100_000_000,
                    1_000_000_000, 4_000_000_000L, 1L << 31, 1L << 32, 1L << 40, 1L << 41, 1L << 62, 1L << 63,
                    FrameParser.VISIBLE_BYTES)
            .flatMap(number -> LongStream.of(number - 1, number, number + 1))
            .distinct()
            .toArray();

    private final long most;

    Field(long most) {
        this.most = most;
    }

    /// Whether the field can have the value.
    boolean admits(long value) {
        return Long.compareUnsigned(value, most) <= 0;
    }

    /// Any value as one that the field can have.
    long within(long value) {
        return most == -1 || admits(value) ? value : Long.remainderUnsigned(value, most + 1);
    }

    /// The field's boundary values, and others worth trying.
    ///
    /// @param more numbers that mean something to the policy
    long[] values(LongStream more) {
        LongStream near = more.flatMap(number -> LongStream.of(number - 1, number, number + 1));
        return LongStream.concat(LongStream.of(BOUNDARIES), near).filter(this::admits).distinct().toArray();
    }
}
