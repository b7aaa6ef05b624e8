// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.FanProtocol;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PathMode;
import dev.weir.engine.Policies;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.jar.PolicyJarOptions;
import dev.weir.engine.policy.jar.PolicyJars;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.testkit.peer.KwikPeer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// The jar of this example on a relay with connections of its own framing, whose ALPN pair is not the usual one.
@RequiresRoot
class OwnFramingJarIT {
    private static final int PORT = 4433;
    private static final FanProtocol GAME = new FanProtocol("game-pub", "game-sub");
    private static final int SNAPSHOT = 1;
    private static final int CHANGE = 2;
    private static final int DETAIL = 3;

    private static byte[] payload(int type, int number) {
        byte[] payload = new byte[200];
        payload[0] = (byte) type;
        payload[4] = (byte) number;
        return payload;
    }

    private static Path jar() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("weir-example-own-framing-.*(?<!sources)\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static KwikPeer connect(Host host, String protocol) throws Exception {
        return host.namespace().call(() -> new KwikPeer(
                host.relayIpv4().getHostAddress(), PORT, CipherSuite.TLS_CHACHA20_POLY1305_SHA256, protocol));
    }

    @Test
    void subscribersStartAtASnapshotAndGetNoDetails(@TempDir Path folder) throws Exception {
        Files.copy(jar(), folder.resolve("own-framing.jar"));
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        RelayOptions options = RelayOptions.of(new InetSocketAddress(PORT), certificate.keyStore(),
                DevelopmentCertificate.ALIAS, certificate.password(), PathMode.KERNEL).withFan(GAME);
        try (Topology topology = Topology.create("wto-jar", 1);
                PolicyJars jars = PolicyJars.open(PolicyJarOptions.of(folder), Map.of());
                RelayServer relay = topology.relay().call(() -> RelayServer.start(options));
                KwikPeer publisher = connect(topology.publisher(), GAME.publisher());
                KwikPeer subscriber = connect(topology.subscribers().getFirst(), GAME.subscriber())) {
            InstalledPolicy installed =
                    relay.policies().install("own-framing", jars.create("own-framing", Map.of("highest-layer", "1")).policy());
            relay.policies().assign(List.of(new Policies.Binding(installed, track -> track.startsWith("fan/"), Set.of())));
            await().until(() -> relay.statistics().get("subscriptions.active") == 1
                    && relay.statistics().get("lane_lists.stale") == 0);

            int[] types = {CHANGE, SNAPSHOT, CHANGE, DETAIL, CHANGE, SNAPSHOT, DETAIL};
            for (int number = 0; number < types.length; number++) {
                long before = number;
                publisher.sendDatagramOnce(payload(types[number], number));
                await().until(() -> verdicts(relay.policies().account(installed)) == before + 1);
            }

            await().until(() -> subscriber.datagrams.size() == 4);
            assertThat(subscriber.datagrams).extracting(bytes -> bytes[4]).containsExactly((byte) 1, (byte) 2, (byte) 4, (byte) 5);
            assertThat(relay.policies().account(installed).droppedByKernel()).isEqualTo(Map.of("layer", 2L, "start", 1L));
            await().untilAsserted(() -> assertThat(relay.audit().imbalances()).isEmpty());
        }
    }

    private static long verdicts(Policies.Account account) {
        return account.forwardedByKernel() + account.forwardedByUserSpace() + account.droppedByKernel().values().stream()
                .mapToLong(Long::longValue).sum();
    }
}
