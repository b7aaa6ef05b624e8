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
            weir: {statistics-interval: 0}                                  | weir.statistics-interval takes 10ms to 1d, not 0ms.
            weir: {statistics-interval: 300d}                               | weir.statistics-interval
            weir: {cache-bytes: -1}                                         | weir.cache-bytes takes 1048576 bytes or more, not -1.
            weir: {ring-bytes: 5000}                                        | weir.ring-bytes takes a power of two
            weir: {idle-timeout: -5s}                                       | weir.idle-timeout takes 1000ms to 1d, not -5000ms.
            weir: {idle-timeout: 500ms}                                     | weir.idle-timeout
            weir: {idle-timeout: 1500ms}                                    | weir.idle-timeout takes whole seconds, not 1500ms.
            weir: {classes: [{addresses: [10.0.0.0/8]}]}                    | weir.classes[].name
            weir: {assignments: [{tracks: '**'}]}                           | weir.assignments[].policy
            weir: {fan: {publisher: fan-sub}}                               | weir.fan
            weir: {plugins: {allowed-sha256: [abc]}}                        | weir.plugins.allowed-sha256
            weir: {plugins: {trusted-certificates: /no/such.pem}}           | weir.plugins.trusted-certificates
            weir: [                                                         | YAML
            wier: {cache-bytes: 5000000}                                    | does not know: wier.cache-bytes;
            wier.cache-bytes: 5000000                                       | does not know: wier.cache-bytes;
            loging: {level: {root: INFO}}                                   | does not know: loging.level;
            logging: {levels: {root: INFO}}                                 | does not know: logging.levels;
            spring: {main: {banner-mode: console}}                          | does not know: spring.main;
            server: {port: 80}                                              | does not know: server.port;
            logging: {level: {root: LOUD}}                                  | logging.level.root
            logging: {structured: {format: {console: xml}}}                 | logging.structured.format.console
            [weir, logging]                                                 | has no keys
            """)
    void saysWhatIsWrong(String yaml, String named) throws Exception {
        Outcome outcome = serve(Files.writeString(folder.resolve("relay.yml"), yaml));

        assertThat(outcome.errors()).containsPattern("(?m)^error: ").contains(named).doesNotContain("APPLICATION FAILED").doesNotContain("\tat ");
        assertThat(outcome.errors().lines().filter(line -> line.startsWith("error: "))).singleElement().satisfies(line -> assertThat(line).endsWith("."));
        assertThat(outcome.errors()).doesNotContain("defect of Weir");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void saysThatTheFileIsNotThere() {
        Outcome outcome = serve(folder.resolve("missing.yml"));

        assertThat(outcome.errors()).contains("Cannot read the configuration file");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
