// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Signals of this very process.
@Timeout(30)
class TerminationSignalTests {
    private static final int SIGINT = 2;

    private static void send(String name) {
        CommandResult.of("kill", "-" + name, Long.toString(ProcessHandle.current().pid())).orThrow();
    }

    /// Whoever is started in the background by a script ignores SIGINT, and Java keeps to that: nobody can take it over then.
    static List<String> signals() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow().split("\\s+")[1];
        boolean isIntIgnored = (Long.parseUnsignedLong(ignored, 16) >> SIGINT - 1 & 1) == 1;
        return isIntIgnored ? List.of("TERM") : List.of("TERM", "INT");
    }

    @ParameterizedTest
    @MethodSource("signals")
    void goesBackToWhoeverHadItBefore(String name) throws Exception {
        var owner = new CompletableFuture<Void>();
        Object before = Signals.register(name, () -> owner.complete(null));
        try {
            try (TerminationSignal signal = TerminationSignal.install()) {
                send(name);
                signal.await();
                assertThat(owner).as("the command has the signals while it runs").isNotDone();
            }
            send(name);
            owner.get(20, TimeUnit.SECONDS);
        } finally {
            Signals.unregister(name, before);
        }
    }

    @Test
    void canBeGivenAndWaitsNoLongerThanItIsTold() throws Exception {
        try (TerminationSignal signal = TerminationSignal.install()) {
            signal.await(Duration.ofMillis(1));
            signal.give();
            signal.await();
        }
    }
}
