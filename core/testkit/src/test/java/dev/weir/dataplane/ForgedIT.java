// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.WeirReason;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.testkit.RequiresRoot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// 100,000 packets of each kind of [Forgeries]: not one copy, and each packet counted once, by its reason.
/// `-Dweir.forged.packets` and `-Dweir.forged.seed` send others.
@RequiresRoot
class ForgedIT {
    private static final int PACKETS = Integer.getInteger("weir.forged.packets", 100_000);
    private static final long SEED = Long.getLong("weir.forged.seed", 2026);
    private static final long ALIAS = 300;
    private static final int LANES = 2;
    private static final byte[] OBJECT = Media.object(ALIAS, 1, 0, 10, Bytes.filled(60, 0x17));

    private static CopyCapture capture;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    private static DataPlane plane(boolean ipv6) {
        var plane = new DataPlane(capture, ipv6);
        for (int i = 0; i < LANES; i++) {
            plane.lane(LaneSpec.ipv4(i));
        }
        return plane.track(new TrackSpec(5, ALIAS).to(LANES));
    }

    @Test
    void ofNoForgedPacketACopyIsMade() throws Exception {
        try (var plane = plane(false)) {
            var forgeries = new Forgeries(SEED, plane, false, OBJECT);
            refuseAll(plane, forgeries.ofIpv4());
            assertThat(plane.deliver(plane.frame(forgeries.packets().getFirst())).copies()).as("of a genuine one afterwards").hasSize(LANES);
        }
    }

    @Test
    void ofNoForgedPacketACopyIsMadeWithIpv6() throws Exception {
        try (var plane = plane(true)) {
            var forgeries = new Forgeries(SEED, plane, true, OBJECT);
            refuseAll(plane, forgeries.ofIpv6());
            assertThat(plane.deliver(plane.frame(forgeries.packets().getFirst())).copies()).as("of a genuine one afterwards").hasSize(LANES);
        }
    }

    private static void refuseAll(DataPlane plane, List<Forgeries.Forgery> forgeries) throws Exception {
        for (var forgery : forgeries) {
            String before = plane.maps().traces(LANES, 2);

            var counted = plane.refuse(PACKETS, forgery.frames(), forgery.context());

            assertCounted(forgery.name(), counted, forgery.reasons());
            assertThat(plane.maps().traces(LANES, 2)).as("state of the data plane after: %s", forgery).isEqualTo(before);
        }
    }

    private static void assertCounted(String name, Map<WeirReason, Long> counted, Set<WeirReason> reasons) {
        var others = new EnumMap<>(counted);
        others.keySet().removeAll(reasons);
        others.remove(WeirReason.COUNT_PACKETS_SEEN);
        assertThat(others).as("what else was counted of: %s", name).isEmpty();
        assertThat(counted.getOrDefault(WeirReason.COUNT_PACKETS_SEEN, 0L)).as(name).isEqualTo(reasons.isEmpty() ? 0 : PACKETS);
        assertThat(reasons.stream().mapToLong(reason -> counted.getOrDefault(reason, 0L)).sum()).as(name)
                .isEqualTo(reasons.isEmpty() ? 0 : PACKETS);
    }

    @Test
    void ofNoReplayedPacketACopyIsMade() throws Exception {
        try (var plane = plane(false)) {
            var forgeries = new Forgeries(SEED, plane, false, OBJECT);
            for (byte[] packet : forgeries.packets()) {
                assertThat(plane.deliver(plane.frame(packet)).copies()).hasSize(LANES);
            }
            String before = plane.maps().traces(LANES, 2);

            var counted = plane.refuse(PACKETS, forgeries::genuine, TestContext.LOOPBACK);

            assertThat(counted).isEqualTo(Map.of(WeirReason.REPLAYED, (long) PACKETS, WeirReason.COUNT_PACKETS_SEEN, (long) PACKETS,
                    WeirReason.COUNT_PACKETS_OPENED, (long) PACKETS));
            assertThat(plane.maps().traces(LANES, 2)).isEqualTo(before);
        }
    }
}
