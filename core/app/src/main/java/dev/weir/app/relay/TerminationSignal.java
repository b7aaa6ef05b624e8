// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/// Waits for SIGTERM or SIGINT. The JVM's default, running shutdown hooks, would end the process with 143 or 130; an
/// operator's stop is no failure, so the command must return and give its own exit code.
///
/// Closing it gives the signals back to whoever had them before, so that a command that has ended does not swallow them.
public final class TerminationSignal implements AutoCloseable {
    private static final List<String> NAMES = List.of("TERM", "INT");

    private final CountDownLatch received = new CountDownLatch(1);
    private final Map<String, Object> before = new LinkedHashMap<>();

    private TerminationSignal() {}

    /// Takes the signals over.
    ///
    /// @return to wait on
    public static TerminationSignal install() {
        var signal = new TerminationSignal();
        for (String name : NAMES) {
            Object handler = Signals.register(name, signal.received::countDown);
            if (handler == null) {
                signal.close();
                throw new IllegalStateException("This Java runtime lacks the module jdk.unsupported; use a complete JDK.");
            }
            signal.before.put(name, handler);
        }
        return signal;
    }

    /// The same as if a signal had come.
    public void give() {
        received.countDown();
    }

    /// @throws InterruptedException if the thread is interrupted before a signal comes
    public void await() throws InterruptedException {
        received.await();
    }

    /// @param longest returns after this time in any case
    /// @throws InterruptedException if the thread is interrupted before a signal comes
    public void await(Duration longest) throws InterruptedException {
        received.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        before.forEach(Signals::unregister);
    }
}
