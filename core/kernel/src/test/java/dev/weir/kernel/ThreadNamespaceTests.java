// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadNamespaceTests {
    @Test
    void aMissingNamespaceIsNamed() {
        assertThatThrownBy(() -> ThreadNamespace.enter(Path.of("/run/netns/no-such-namespace")))
                .isInstanceOf(KernelException.class)
                .hasMessage("Cannot open the network namespace /run/netns/no-such-namespace (ENOENT: no such entry);"
                        + " make it first, with 'ip netns add'.");
    }

    @Test
    void aFileThatIsNoNamespaceIsRefused() {
        assertThatThrownBy(() -> ThreadNamespace.enter(Path.of("/proc/self/status")))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot enter the network namespace /proc/self/status (EINVAL");
    }

    @Test
    void aVirtualThreadIsRefused() throws InterruptedException {
        var thrown = new AtomicReference<Throwable>();
        Thread thread = Thread.ofVirtual()
                .uncaughtExceptionHandler((_, e) -> thrown.set(e))
                .start(() -> ThreadNamespace.enter(Path.of("/proc/self/ns/net")));
        thread.join();

        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("use a platform thread");
    }
}
