// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.TestVector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Values as Java text, to be pasted into a test.
final class JavaText {
    private static final long LARGEST_DECIMAL = 1L << 40;

    private JavaText() {}

    static String vector(TestVector vector) {
        return "new TestVector(\n        " + media(vector.object()) + ",\n        " + bytes(vector.payload()) + ",\n        "
                + lane(vector.lane()) + ",\n        " + verdict(vector.expected()) + ")";
    }

    private static String media(MediaObject media) {
        return "new MediaObject(\"%s\", %s, %s, %s, %d, DeliveryMode.%s, %d, %s)".formatted(
                media.track(), number(media.group()), number(media.subgroup()), number(media.object()),
                media.priority(), media.mode(), media.size(), number(media.arrivedNanos()));
    }

    private static String lane(LaneView lane) {
        return "new LaneView(%s, \"%s\", %d, %s, %s, %s, %s, %s, %s, %d)".formatted(
                number(lane.nowNanos()), lane.laneClass(), lane.subscriberPriority(), number(lane.congestionWindow()),
                number(lane.bytesInFlight()), number(lane.sentBytes()), number(lane.smoothedRttNanos()),
                number(lane.delayNanos()), number(lane.jitterNanos()), lane.lossPerMillion());
    }

    private static String bytes(byte[] bytes) {
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> bytes[i] >= 0 ? String.valueOf(bytes[i]) : "(byte) 0x" + Integer.toHexString(bytes[i] & 0xff))
                .collect(Collectors.joining(", ", "new byte[] {", "}"));
    }

    static String verdict(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Forward _ -> "Verdict.forward()";
            case Verdict.Defer _ -> "Verdict.defer()";
            case Verdict.Drop(String reason) -> "Verdict.drop(\"" + reason + "\")";
        };
    }

    /// Large numbers, and those beyond 2^63, in hexadecimal.
    static String number(long number) {
        return number >= 0 && number <= LARGEST_DECIMAL ? number + "L" : "0x" + Long.toHexString(number) + "L";
    }
}
