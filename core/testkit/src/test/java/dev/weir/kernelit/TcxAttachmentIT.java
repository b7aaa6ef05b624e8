// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.BpfStatistics;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.TcxAttachment;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresRoot
class TcxAttachmentIT {
    private static final int PORT = 4433;
    private static final int RECEIVE_TIMEOUT_MILLIS = 5000;

    private NetworkNamespace near;
    private NetworkNamespace far;
    private LoadedObject object;

    @BeforeEach
    void connect() {
        near = NetworkNamespace.create("wt2-tcx");
        far = NetworkNamespace.create("wt2-tcx");
        near.connect(VethEnd.of("v0", "10.78.1.1/24"), far, VethEnd.of("v1", "10.78.1.2/24"));
        object = TestObject.load();
    }

    @AfterEach
    void close() {
        object.close();
        far.close();
        near.close();
    }

    @Test
    void anAttachedProgramSeesPacketsAndAClosedOneDoesNot() throws Exception {
        TcxAttachment attachment = attach();
        deliver(3);
        assertThat(count(0)).isGreaterThanOrEqualTo(3);

        attachment.close();
        attachment.close();
        long then = count(0);
        deliver(3);
        assertThat(count(0)).isEqualTo(then);
        assertThatIllegalStateException().isThrownBy(() -> attachment.replace(object.program("count_second")));
    }

    @Test
    void aProgramIsReplacedInPlace() throws Exception {
        try (TcxAttachment attachment = attach()) {
            deliver(1);
            attachment.replace(object.program("count_second"));
            long then = count(0);
            deliver(3);

            assertThat(count(0)).isEqualTo(then);
            assertThat(count(1)).isGreaterThanOrEqualTo(3);
            assertThat(attachment.program().name()).isEqualTo("count_second");
        }
    }

    @Test
    void anotherObjectsProgramMayTakeOver() throws Exception {
        try (TcxAttachment attachment = attach();
                LoadedObject other = TestObject.load()) {
            attachment.replace(other.program("count_first"));
            deliver(2);

            assertThat(other.map("counters").sumPerCpu(0)).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void severalProgramsShareAnInterface() throws Exception {
        try (TcxAttachment first = attach();
                LoadedObject other = TestObject.load();
                TcxAttachment second = near.call(() -> TcxAttachment.ingress(other.program("count_second"), ifindex()))) {
            deliver(2);

            assertThat(count(0)).isGreaterThanOrEqualTo(2);
            assertThat(other.map("counters").sumPerCpu(1)).isGreaterThanOrEqualTo(2);
            assertThat(first.ifindex()).isEqualTo(second.ifindex());
        }
    }

    @Test
    void anInterfaceThatIsGoneIsToldFromAnotherOneWithItsNumber() throws Exception {
        near.ip("link", "add", "d0", "index", "4711", "type", "veth", "peer", "name", "d1");
        try (TcxAttachment attachment = near.call(() -> TcxAttachment.ingress(object.program("count_first"), 4711))) {
            assertThat(attachment.isInForce()).isTrue();
            near.ip("link", "delete", "d0");
            near.ip("link", "add", "e0", "index", "4711", "type", "veth", "peer", "name", "e1");

            assertThat(attachment.isInForce()).isFalse();
            assertThat(attachment.replace(object.program("count_second"))).isFalse();
            assertThat(attachment.program().name()).isEqualTo("count_first");
        }
    }

    @Test
    void aMissingInterfaceIsNamed() {
        assertThatThrownBy(() -> near.call(() -> TcxAttachment.ingress(object.program("count_first"), 12345)))
                .isInstanceOf(KernelException.class)
                .hasMessage("Cannot attach program count_first to interface 12345 (ENODEV: no such device); name an interface of"
                        + " this network namespace.");
    }

    @Test
    void runTimeIsMeasuredWhileSomebodyWantsIt() throws Exception {
        BpfProgram program = object.program("count_first");
        try (TcxAttachment attachment = attach();
                BpfStatistics statistics = BpfStatistics.enable()) {
            assertThat(statistics.isEnabled()).isTrue();
            long runs = program.runStatistics().runCount();
            deliver(5);

            assertThat(attachment.program()).isSameAs(program);
            assertThat(program.runStatistics().runCount()).isGreaterThanOrEqualTo(runs + 5);
            assertThat(program.runStatistics().runTimeNanos()).isPositive();
        }
    }

    @Test
    void theHookGoesWithTheProcess() throws Exception {
        try (ChildProcess child = ChildProcess.start(near, "hold", Integer.toString(near.call(this::ifindex)))) {
            int program = Integer.parseInt(child.line());
            deliver(1);
            assertThat(isLoaded(program)).isTrue();

            child.kill();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !isLoaded(program));
        }
    }

    private static boolean isLoaded(int program) throws Exception {
        var bpftool = new ProcessBuilder("bpftool", "prog", "show", "id", Integer.toString(program))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return bpftool.waitFor() == 0;
    }

    private TcxAttachment attach() throws Exception {
        return near.call(() -> TcxAttachment.ingress(object.program("count_first"), ifindex()));
    }

    private int ifindex() {
        return InterfaceInfo.all().stream()
                .filter(device -> device.name().equals("v0"))
                .findFirst()
                .orElseThrow()
                .index();
    }

    private long count(int index) {
        return object.map("counters").sumPerCpu(index);
    }

    /// Sends datagrams from the far end, and returns when they have all come through the hook to a socket.
    private void deliver(int datagrams) throws Exception {
        var address = new InetSocketAddress(InetAddress.getByName("10.78.1.1"), PORT);
        try (DatagramSocket receiver = near.call(() -> new DatagramSocket(address));
                DatagramSocket sender = far.call(() -> new DatagramSocket())) {
            receiver.setSoTimeout(RECEIVE_TIMEOUT_MILLIS);
            for (int i = 0; i < datagrams; i++) {
                sender.send(new DatagramPacket(new byte[100], 100, address));
                receiver.receive(new DatagramPacket(new byte[200], 200));
            }
        }
    }
}
