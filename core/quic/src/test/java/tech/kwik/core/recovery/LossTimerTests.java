// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.kwik.core.cc.CongestionController;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.HandshakeState;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.ShortHeaderPacket;
import tech.kwik.core.send.Sender;

/// A packet that nobody has acknowledged has a timer, whoever sends and hears of acknowledgements at the same time. Without one its loss
/// is noticed by nobody.
class LossTimerTests {
    private static final int ROUNDS = 20_000;

    private final CongestionController congestion = nothing(CongestionController.class);
    private final Sender sender = nothing(Sender.class);
    private final RttEstimator rtt = new RttEstimator(new NullLogger());
    private final RecoveryManager recovery = new RecoveryManager(Role.Server, rtt, congestion, sender, new NullLogger());

    @SuppressWarnings("unchecked")
    private static <T> T nothing(Class<T> type) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) ->
                method.getReturnType() == long.class ? (Object) 0L : method.getReturnType() == boolean.class ? Boolean.TRUE : null);
    }

    private Object field(String name) throws ReflectiveOperationException {
        Field field = RecoveryManager.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(recovery);
    }

    @BeforeEach
    void install() throws ReflectiveOperationException {
        ((LossDetector[]) field("lossDetectors"))[PnSpace.App.ordinal()] =
                new NanosecondLossDetector(recovery, rtt, congestion, sender::flush, new NullLogger().getQLog());
        recovery.handshakeStateChangedEvent(HandshakeState.Confirmed);
        rtt.addSample(Instant.now(), Instant.now().minusSeconds(5), 0); // no timer ends while the test looks
    }

    @AfterEach
    void stop() {
        recovery.stopRecovery();
    }

    private void send(long number) {
        var packet = new ShortHeaderPacket(Version.QUIC_version_1, new byte[8], new PingFrame());
        packet.setPacketNumber(number);
        recovery.packetSent(packet, Instant.now(), lost -> { });
    }

    private void acknowledge(long number) {
        recovery.onAckReceived(new AckFrame(number), PnSpace.App, Instant.now());
    }

    @Test
    void everyPacketInFlightHasOne() throws Exception {
        var meeting = new CyclicBarrier(2);
        Thread peer = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    meeting.await(10, TimeUnit.SECONDS);
                    acknowledge(round - 1);
                    meeting.await(10, TimeUnit.SECONDS);
                    meeting.await(10, TimeUnit.SECONDS);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        send(0);
        int without = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            meeting.await(10, TimeUnit.SECONDS);
            send(round);
            meeting.await(10, TimeUnit.SECONDS);
            without += field("timerExpiration") == null ? 1 : 0;
            meeting.await(10, TimeUnit.SECONDS);
        }
        peer.join();
        assertThat(without).as("of %d packets in flight without a timer", ROUNDS).isZero();
    }
}
