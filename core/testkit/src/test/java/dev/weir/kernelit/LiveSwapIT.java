// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfLinker.Input;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.TcxAttachment;
import dev.weir.kernel.VerifierException;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Objects are linked, loaded and put in each other's place while datagrams pass. Program `count` adds one to the counter that
/// the linked function names, so the sum tells whether each datagram met exactly one program.
@RequiresRoot
class LiveSwapIT {
    private static final int PORT = 4433;
    private static final int RECEIVE_TIMEOUT_MILLIS = 10_000;
    private static final int SWAPS = 100;
    private static final int BETWEEN_BROKEN_ONES = 10;

    private final AtomicBoolean isOver = new AtomicBoolean();
    private NetworkNamespace near;
    private NetworkNamespace far;
    private LoadedObject first;

    @BeforeEach
    void connect() {
        near = NetworkNamespace.create("wt2-swap");
        far = NetworkNamespace.create("wt2-swap");
        near.connect(VethEnd.of("v0", "10.78.2.1/24"), far, VethEnd.of("v1", "10.78.2.2/24"));
        first = Linked.file(Linked.core()).load();
    }

    @AfterEach
    void close() {
        isOver.set(true);
        first.close();
        far.close();
        near.close();
    }

    @Test
    void everyDatagramMeetsTheOldProgramOrTheNewOne() throws Exception {
        try (TcxAttachment attachment = near.call(() -> TcxAttachment.ingress(first.program("count"), ifindex()))) {
            CompletableFuture<Long> traffic = startTraffic();
            awaitTraffic(0, traffic);
            LoadedObject current = first;
            for (int i = 1; i <= SWAPS; i++) {
                int counter = 1 + i % 2;
                LoadedObject next = load(Linked.hook(1, "ANSWER=" + counter));
                attachment.replace(next.program("count"));
                if (current != first) {
                    current.close();
                }
                current = next;
                awaitTraffic(counter, traffic);
                if (i % BETWEEN_BROKEN_ONES == 0) {
                    aBrokenOneChangesNothing(attachment);
                }
            }
            isOver.set(true);
            long sent = traffic.get(RECEIVE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            current.close();

            assertThat(IntStream.range(0, 4).mapToLong(this::counted).sum()).isEqualTo(sent);
            assertThat(sent).isGreaterThan(SWAPS);
        }
    }

    private void aBrokenOneChangesNothing(TcxAttachment attachment) {
        BpfProgram before = attachment.program();
        assertThatThrownBy(() -> load(Linked.hook(1, "REFUSED"))).isInstanceOf(VerifierException.class);
        assertThat(attachment.program().id()).isEqualTo(before.id());
    }

    private LoadedObject load(Input hook) {
        try (BpfObjectFile file = Linked.file(Linked.core(), hook)) {
            return file.reuse(first).load();
        }
    }

    /// Waits until the program that names a counter has seen one more datagram.
    private void awaitTraffic(int counter, CompletableFuture<Long> traffic) {
        long before = counted(counter);
        Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            assertThat(traffic).isNotDone();
            return counted(counter) > before;
        });
    }

    private long counted(int counter) {
        return first.map("counters").sumPerCpu(counter);
    }

    /// Sends datagrams, each one when that before it has arrived, until the test is over.
    ///
    /// @return how many
    private CompletableFuture<Long> startTraffic() throws Exception {
        var address = new InetSocketAddress(InetAddress.getByName("10.78.2.1"), PORT);
        DatagramSocket receiver = near.call(() -> new DatagramSocket(address));
        DatagramSocket sender = far.call(() -> new DatagramSocket());
        var sent = new CompletableFuture<Long>();
        Thread.ofPlatform().name("traffic").start(() -> {
            long datagrams = 0;
            try (receiver; sender) {
                receiver.setSoTimeout(RECEIVE_TIMEOUT_MILLIS);
                while (!isOver.get()) {
                    sender.send(new DatagramPacket(new byte[100], 100, address));
                    receiver.receive(new DatagramPacket(new byte[200], 200));
                    datagrams++;
                }
                sent.complete(datagrams);
            } catch (Exception e) {
                sent.completeExceptionally(e);
            }
        });
        return sent;
    }

    private int ifindex() {
        return InterfaceInfo.all().stream()
                .filter(device -> device.name().equals("v0"))
                .findFirst()
                .orElseThrow()
                .index();
    }
}
