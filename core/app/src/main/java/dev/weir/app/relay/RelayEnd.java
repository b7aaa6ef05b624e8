// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import dev.weir.quic.kwik.RelayServer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The end of a relay when an operator asks for it, at once or after its subscribers. For any number of threads.
public final class RelayEnd implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;

    private final RelayServer relay;
    private final Runnable ending;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("weir-drain").factory());

    /// @param ending called when the relay is to end
    public RelayEnd(RelayServer relay, Runnable ending) {
        this.relay = relay;
        this.ending = ending;
    }

    /// Ends the relay in an orderly way, as SIGTERM does.
    public void stop() {
        // Whoever asked still gets the answer.
        timer.schedule(ending, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// Sends GOAWAY, refuses new requests, and ends the relay with its last subscription.
    ///
    /// @param longest end it then in any case
    public void drain(Duration longest) {
        relay.steering().drain();
        long deadline = System.nanoTime() + longest.toNanos();
        timer.scheduleWithFixedDelay(() -> {
            if (relay.views().relay().subscriptions() == 0 || System.nanoTime() - deadline > 0) {
                ending.run();
            }
        }, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
