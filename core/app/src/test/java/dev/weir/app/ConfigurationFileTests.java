// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A wrong configuration stops the start with a sentence and exit code 2.
class ConfigurationFileTests {
    @TempDir
    Path folder;

    private record Outcome(int exitCode, String errors) {}

    private static Outcome serve(Path file) {
        PrintStream before = System.err;
        var errors = new ByteArrayOutputStream();
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            int exitCode = WeirApplication.run(
                    "serve", "--listen", "127.0.0.1:0", "--path", "userspace", "--control", "none", "--config", file.toString());
            return new Outcome(exitCode, errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            weir: {cash-bytes: 5}                                           | weir.cash-bytes
            weir: {idle-timeout: soon}                                      | weir.idle-timeout
            weir: {classes: [{name: Two Words}]}                            | Two Words
            weir: {classes: [{name: low, addresses: [10.0.0.0/99]}]}        | 10.0.0.0/99
            weir: {assignments: [{policy: pass-all, classes: [unknown]}]}   | unknown
            weir: {assignments: [{policy: pass-all, tracks: ' '}]}          | pattern
            weir: {management: {port: 70000}}                               | weir.management.port
            weir: {management: {port: none}}                                | weir.management.port
            weir: {management: {address: not.an.address.invalid}}           | weir.management.address
            weir: {management: {tracks: -1}}                                | weir.management.tracks
            weir: {management: {token-file: /proc/weir/token}}              | weir.management.token-file
            weir: [                                                         | YAML
            """)
    void saysWhatIsWrong(String yaml, String named) throws Exception {
        Outcome outcome = serve(Files.writeString(folder.resolve("relay.yml"), yaml));

        assertThat(outcome.errors()).containsPattern("(?m)^error: ").contains(named).doesNotContain("APPLICATION FAILED").doesNotContain("\tat ");
        assertThat(outcome.exitCode()).isPositive();
    }

    @Test
    void saysThatTheFileIsNotThere() {
        Outcome outcome = serve(folder.resolve("missing.yml"));

        assertThat(outcome.errors()).contains("Cannot read the configuration file");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
