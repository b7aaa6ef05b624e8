// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.WeirReason;
import dev.weir.testkit.RequiresRoot;
import dev.weir.wire.quic.FrameWalker;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Generated and damaged plaintexts, properly sealed, through the whole data plane: what it takes for candidates is what core/wire
/// reads. The only lane is of a generation that is gone, so that there are records and no copies.
/// `-Dweir.differential.sealed` sends more, `-Dweir.differential.seed` others.
@RequiresRoot
class SealedDifferentialIT {
    private static final int PACKETS = Integer.getInteger("weir.differential.sealed", 10_000);
    private static final int PACKETS_OF_A_CONNECTION = 2500;
    private static final long SEED = Long.getLong("weir.differential.seed", 9221);
    private static final Map<Long, Integer> TRACKS = Map.of(300L, 5, 7L, 6);

    private static CopyCapture capture;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    private static DataPlane plane() {
        var gone = LaneSpec.ipv4(0);
        gone.generation = 2;
        var plane = new DataPlane(capture, false).lane(gone);
        TRACKS.forEach((alias, track) -> plane.track(new TrackSpec(track, alias).to(1)));
        return plane;
    }

    @Test
    void candidatesAreWhatUserSpaceReads() throws Exception {
        var generator = new PlaintextGenerator(SEED);
        var outcomes = new EnumMap<WeirReason, Integer>(WeirReason.class);
        for (int sent = 0; sent < PACKETS; sent += PACKETS_OF_A_CONNECTION) {
            try (var plane = plane()) {
                var oracle = new IndexOracle(TRACKS);
                for (int i = 0; i < PACKETS_OF_A_CONNECTION; i++) {
                    outcomes.merge(compare(plane, oracle, generator.next()), 1, Integer::sum);
                }
            }
        }
        assertThat(outcomes).as("the generator reaches every outcome").containsOnlyKeys(WeirReason.NONE, WeirReason.MALFORMED,
                WeirReason.NO_CANDIDATE, WeirReason.TOO_MANY_FRAMES);
        assertThat(outcomes.get(WeirReason.NONE)).as("packets with candidates, of %s", outcomes).isGreaterThan(PACKETS / 10);
    }

    private static WeirReason compare(DataPlane plane, IndexOracle oracle, byte[] plaintext) throws Exception {
        var outcome = plane.send(plaintext);
        String what = Bytes.hex(plaintext);
        assertThat(outcome.copies()).as(what).isEmpty();
        WeirReason refused = outcome.counted().keySet().stream()
                .filter(List.of(WeirReason.MALFORMED, WeirReason.TOO_MANY_FRAMES, WeirReason.NO_CANDIDATE)::contains)
                .findFirst().orElse(WeirReason.NONE);
        var walk = FrameWalker.walk(plaintext);
        if (!ParserOracle.agrees(plaintext, walk, refused)) {
            throw new AssertionError("the data plane says " + refused + ", core/wire " + walk + ": " + what);
        }
        boolean judged = refused == WeirReason.NONE || refused == WeirReason.NO_CANDIDATE;
        List<Recorded.Media> expected = judged ? oracle.candidates(plaintext, walk) : List.of();
        assertThat(refused == WeirReason.NONE ? outcome.recorded().candidates() : List.of()).as(what).isEqualTo(expected);
        return refused;
    }
}
