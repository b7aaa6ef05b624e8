// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.SelftestPlaintext;
import dev.weir.abi.WeirReason;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// The parsers in the kernel against those of core/wire, which were written from the specifications and not from the C code, on
/// a million generated and damaged plaintexts. `-Dweir.differential.packets` looks further, `-Dweir.differential.seed` elsewhere.
@RequiresRoot
class DifferentialIT {
    private static final long PACKETS = Long.getLong("weir.differential.packets", 1_000_000);
    private static final long SEED = Long.getLong("weir.differential.seed", 9221);
    private static final int THREADS = 2;
    private static final int BATCH = 256;

    @Test
    void kernelAndUserSpaceReadTheSame() throws Exception {
        var outcomes = new EnumMap<WeirReason, Long>(WeirReason.class);
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            var parts = new ArrayList<Future<Map<WeirReason, Long>>>();
            for (int i = 0; i < THREADS; i++) {
                long seed = SEED + i;
                parts.add(threads.submit((Callable<Map<WeirReason, Long>>) () -> compare(seed, PACKETS / THREADS)));
            }
            for (var part : parts) {
                part.get().forEach((reason, count) -> outcomes.merge(reason, count, Long::sum));
            }
        }
        long all = outcomes.values().stream().mapToLong(Long::longValue).sum();
        assertThat(all).isGreaterThanOrEqualTo(PACKETS - THREADS);
        assertThat(outcomes).as("the generator reaches every outcome").containsOnlyKeys(WeirReason.NONE, WeirReason.MALFORMED,
                WeirReason.NO_CANDIDATE, WeirReason.TOO_MANY_FRAMES);
        assertThat(outcomes.get(WeirReason.NONE)).as("plaintexts that are copied, of %s", outcomes).isGreaterThan(all / 5);
    }

    private static Map<WeirReason, Long> compare(long seed, long packets) {
        var outcomes = new EnumMap<WeirReason, Long>(WeirReason.class);
        var generator = new PlaintextGenerator(seed);
        try (var selftest = new SelftestRun()) {
            for (long done = 0; done < packets; done += BATCH) {
                compare(selftest, generator, seed, outcomes);
            }
        }
        return outcomes;
    }

    private static void compare(SelftestRun selftest, PlaintextGenerator generator, long seed, Map<WeirReason, Long> outcomes) {
        List<byte[]> plaintexts = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            byte[] plaintext = generator.next();
            MemorySegment question = selftest.plaintext(i);
            MemorySegment.copy(plaintext, 0, SelftestPlaintext.text(question), ValueLayout.JAVA_BYTE, 0, plaintext.length);
            SelftestPlaintext.length(question, plaintext.length);
            plaintexts.add(plaintext);
        }
        selftest.parse(BATCH);
        for (int i = 0; i < BATCH; i++) {
            try {
                outcomes.merge(ParserOracle.compare(plaintexts.get(i), selftest.plaintext(i)), 1L, Long::sum);
            } catch (AssertionError e) {
                throw new AssertionError("with -Dweir.differential.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
