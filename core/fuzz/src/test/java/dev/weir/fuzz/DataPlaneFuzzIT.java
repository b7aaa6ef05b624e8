// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.fuzz.FuzzTarget.Run;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The data plane's C in user space: the whole corpus, then some seconds of fuzzing. `-Dweir.fuzz.seconds` fuzzes each target
/// for longer, `-Dweir.fuzz.seed` from another beginning.
class DataPlaneFuzzIT {
    private static final int SECONDS = Integer.getInteger("weir.fuzz.seconds", 2);
    private static final long SEED = Long.getLong("weir.fuzz.seed", 19);
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");

    @TempDir
    Path findings;

    @ParameterizedTest
    @ValueSource(strings = {"parse", "frame", "copies"})
    void noInputBreaksTheDataPlane(String name) throws Exception {
        FuzzTarget target = FuzzTarget.of(name).compile();

        Run replayed = target.replay();
        assertThat(replayed.exitCode()).as("%s", replayed.output()).isZero();

        Run explored = target.explore(SECONDS, SEED, findings);
        assertThat(explored.exitCode()).as("%s", explored.output()).isZero();
        assertThat(executed(explored)).as("inputs tried").isGreaterThan(target.corpus().toFile().list().length);
    }

    private static long executed(Run run) {
        Matcher matcher = EXECUTED.matcher(run.output());
        assertThat(matcher.find()).as("%s", run.output()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /// Fuzz targets that cannot fail are worth nothing: with one line of the data plane spoilt, the corpus alone shows it.
    @ParameterizedTest
    @CsvSource(delimiterString = " => ", value = {
        "parse => parse_quic.h => if (*offset > end || length > end - *offset) => if (*offset > end)",
        "frame => aead.h => difference |= tag[i] ^ cipher->tag[i]; => difference |= tag[i] & 0;",
        "copies => record.h => withdraw_entry(s, entries - 1 - i); => withdraw_entry(s, i);",
    })
    void aSpoiltLineIsFound(String name, String header, String line, String replacement) throws Exception {
        Run replayed = FuzzTarget.of(name).mutated(findings, header, line, replacement).compile().replay();

        assertThat(replayed.exitCode()).as("%s", replayed.output()).isNotZero();
        assertThat(replayed.output()).containsAnyOf("AddressSanitizer", "not so:");
    }
}
