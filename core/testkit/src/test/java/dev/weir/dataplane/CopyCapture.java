// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.RingBuffer;
import dev.weir.kernel.TcxAttachment;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.VethEnd;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/// Two namespaces with a veth pair between them: the data plane runs in one, and whatever it sends arrives at the other, where
/// a BPF program puts every packet into a ring buffer before the stack sees it.
final class CopyCapture implements AutoCloseable {
    private static final String EGRESS = "e0";
    private static final String PEER = "e1";

    private final NetworkNamespace relay = NetworkNamespace.create("wt1-relay");
    private final NetworkNamespace peer = NetworkNamespace.create("wt1-peer");
    private final ExecutorService thread = Executors.newSingleThreadExecutor(relay.threadFactory());
    private final LoadedObject object = BpfObjectFile.ofResource("/bpf/weir_capture.bpf.o").load();
    private final RingBuffer ring = RingBuffer.of(object.map("captured"));
    private final TcxAttachment attachment;
    private final int ifindex;

    CopyCapture() throws Exception {
        // The stack's own packets (neighbour discovery) would be captured as well.
        for (var namespace : List.of(relay, peer)) {
            namespace.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1").orThrow();
        }
        relay.connect(VethEnd.of(EGRESS), peer, VethEnd.of(PEER));
        // Larger than usual, so that the data plane's own limits show.
        relay.ip("link", "set", EGRESS, "arp", "off", "mtu", "1600");
        peer.ip("link", "set", PEER, "arp", "off", "mtu", "1600");
        ifindex = ifindex(relay, EGRESS);
        attachment = peer.call(() -> TcxAttachment.ingress(object.program("weir_capture"), ifindex(peer, PEER)));
    }

    static int ifindex(NetworkNamespace namespace, String name) {
        return Integer.parseInt(namespace.ip("-o", "link", "show", "dev", name).split(":")[0]);
    }

    /// The device that leads to the capture, in the relay's namespace.
    int ifindex() {
        return ifindex;
    }

    /// Runs a task in the relay's namespace.
    <T> T call(Callable<T> task) throws Exception {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }

    /// Makes threads that are in the relay's namespace.
    ThreadFactory threads() {
        return relay.threadFactory();
    }

    /// Waits for so many frames. More than these are an error.
    List<byte[]> take(long expected) {
        var frames = new ArrayList<byte[]>();
        if (expected == 0) {
            ring.drain(content -> frames.add(content.toArray(ValueLayout.JAVA_BYTE)));
            assertThat(frames).as("captured copies").isEmpty();
            return frames;
        }
        await().atMost(Duration.ofSeconds(5)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
            ring.drain(content -> frames.add(content.toArray(ValueLayout.JAVA_BYTE)));
            assertThat(frames).as("captured copies").hasSizeGreaterThanOrEqualTo((int) expected);
        });
        assertThat(frames).as("captured copies").hasSize((int) expected);
        return frames;
    }

    @Override
    public void close() {
        attachment.close();
        ring.close();
        object.close();
        thread.shutdown();
        relay.close();
        peer.close();
    }
}
