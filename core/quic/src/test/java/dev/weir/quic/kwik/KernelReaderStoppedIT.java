// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// A ring buffer of one page, and nobody who reads it: the kernel copies nothing that it cannot record. Needs root and BPF.
@RequiresRoot
class KernelReaderStoppedIT extends RelayFixture {
    /// The figure is 60.
    private static final int SECONDS = Integer.getInteger("weir.test.readerStoppedSeconds", 3);

    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wtr");
    }

    @AfterAll
    static void removeTopology() {
        environment.close();
    }

    /// The lease lasts: the kernel has no other reason to stop than the ring.
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return environment.start(certificate, options -> options.withRingBytes(RelayOptions.SMALLEST_RING_BYTES)
                .withLease(Duration.ofHours(1))
                .withIdleTimeout(Duration.ofMinutes(20)));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(builder -> builder.maxIdleTimeout(Duration.ofMinutes(20)));
    }

    @Test
    void losesNothingWhileNobodyReadsTheRing() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer other = peer(CHACHA);
        assertThat(other.request(subscribe(null)).answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(2);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 20).goOn(3)) {
            ReentrantLock reader = RelayInternals.engineLock(relay);
            reader.lock(); // nothing is read without it
            try {
                TimeUnit.SECONDS.sleep(SECONDS); // the pause is what is tested
            } finally {
                reader.unlock();
            }
            load.goOn(3).finish();
            for (KwikPeer subscriber : peers.subList(1, 3)) {
                load.awaitStreams(subscriber);
                load.awaitDatagrams(subscriber);
            }
        }
        assertThat(relay.statistics().get("kernel.ring_full")).isPositive();
        assertThat(relay.statistics().get("copies.kernel")).isPositive();
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            var audit = relay.audit();
            assertThat(audit.isBalanced()).as("%s", audit.sums()).isTrue();
        });
        assertThat(relay.statistics()).containsEntry("connections", 3L).containsEntry("protocol_violations", 0L);
    }
}
