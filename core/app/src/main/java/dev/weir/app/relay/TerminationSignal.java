// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waits for SIGTERM or SIGINT. The JVM's default, running shutdown hooks, would end the process with 143 or 130; an
/// operator's stop is no failure, so the command must return and give its own exit code.
///
/// The JDK's only API for signals is sun.misc.Signal of the module jdk.unsupported. javac warns of it in a way that no
/// annotation silences, and warnings are errors here: hence reflection.
public final class TerminationSignal {
    private final CountDownLatch received = new CountDownLatch(1);

    private TerminationSignal() {}

    /// Takes the signals over from the JVM.
    ///
    /// @return to wait on
    public static TerminationSignal install() {
        var signal = new TerminationSignal();
        try {
            signal.handle("TERM");
            signal.handle("INT");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This Java runtime lacks the module jdk.unsupported; use a complete JDK.", e);
        }
        return signal;
    }

    private void handle(String name) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                received.countDown();
            }
            return null;
        });
        signalType.getMethod("handle", signalType, handlerType)
                .invoke(null, signalType.getConstructor(String.class).newInstance(name), handler);
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
}
