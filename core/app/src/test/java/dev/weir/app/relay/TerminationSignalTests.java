// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals of this very process.
@Timeout(30)
class TerminationSignalTests {
    private static void send(String name) {
        CommandResult.of("kill", "-" + name, Long.toString(ProcessHandle.current().pid())).orThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
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
