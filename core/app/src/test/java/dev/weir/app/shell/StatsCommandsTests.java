// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.WeirApplication;
import dev.weir.app.control.ControlServer;
import dev.weir.engine.view.AuditView;
import dev.weir.engine.view.AuditView.Sum;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.shell.core.command.CommandRegistry;
import tools.jackson.databind.json.JsonMapper;

/// What `stats audit` says and exits with, on a relay whose books are the test's: a real one's always balance.
class StatsCommandsTests {
    private static final Sum NUMBERS =
            Sum.of(3, "10.77.1.2:5000", "packet numbers", 10, Map.of("sent by the kernel", 7L, "sent by user space", 3L));
    private static final Sum COPIES = Sum.of(AuditView.ALL, "all connections", "kernel copies", 7, Map.of("handed to a device", 7L));

    private static ConfigurableApplicationContext context;

    @TempDir
    Path folder;

    @BeforeAll
    static void startSpring() {
        context = new SpringApplicationBuilder(WeirApplication.class).web(WebApplicationType.NONE).run("--version");
    }

    @AfterAll
    static void stopSpring() {
        context.close();
    }

    private record Outcome(int code, String output, String error) {}

    private Outcome audit(List<Sum> sums, String... arguments) throws Exception {
        Path socket = folder.resolve("control.sock");
        try (ControlServer _ = ControlServer.start(socket, Map.of("stats audit", _ -> AuditView.of(sums)))) {
            var commands = new PromptCommands(context.getBean(LineRunner.class), context.getBean(CommandRegistry.class), socket);
            var output = new StringWriter();
            var error = new StringBuilder();
            int code = commands.run(Words.of("stats audit " + String.join(" ", arguments)), new PrintWriter(output, true), error::append);
            return new Outcome(code, output.toString(), error.toString());
        }
    }

    @Test
    void booksThatBalanceAreExitCodeZero() throws Exception {
        Outcome outcome = audit(List.of(NUMBERS, COPIES));

        assertThat(outcome.code()).as(outcome.error()).isZero();
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.output()).endsWith("The books balance." + System.lineSeparator());
        assertThat(outcome.output()).containsPattern("(?m)^3 +packet numbers +10 +0 +").containsPattern("(?m)^all +kernel copies +7 +0 +");
    }

    @Test
    void booksThatDoNotAreExitCodeOneAndASentence() throws Exception {
        Sum missing = Sum.of(3, "10.77.1.2:5000", "streams", 5, Map.of("delivered", 4L));
        Sum twice = Sum.of(AuditView.GONE, "connections that are gone", "datagrams", 5, Map.of("queued by user space", 7L));
        Outcome outcome = audit(List.of(NUMBERS, missing, twice));

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).contains("The books do not balance.").containsPattern("(?m)^gone +datagrams +5 +-2 +queued by user space 7");
        assertThat(outcome.error()).startsWith("The books do not balance: streams of lane 3 (10.77.1.2:5000): 1 of 5 are unaccounted for; "
                        + "datagrams of the lanes (connections that are gone): -2 of 5 are unaccounted for. This is a defect of the relay")
                .endsWith(".");
    }

    @Test
    void programsGetTheSumsAndTheExitCode() throws Exception {
        Sum missing = Sum.of(3, "10.77.1.2:5000", "streams", 5, Map.of("delivered", 4L));
        Outcome outcome = audit(List.of(missing), "--output", "json");

        assertThat(outcome.code()).isEqualTo(1);
        AuditView read = new JsonMapper().readValue(outcome.output(), AuditView.class);
        assertThat(read.isBalanced()).isFalse();
        assertThat(read.sums()).containsExactly(missing);
    }
}
