// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.Policies;
import dev.weir.engine.policy.PolicyCatalog;
import dev.weir.engine.policy.PolicyException;
import dev.weir.engine.policy.PolicyService;
import dev.weir.engine.view.KernelView;
import dev.weir.kernel.VerifierException;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.TestVector;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Policies with the data plane. Needs root and BPF.
@RequiresRoot
class KernelPolicyIT extends PolicyScenarios {
    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wtp");
    }

    @AfterAll
    static void removeTopology() {
        environment.close();
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return environment.start(certificate, options -> options.withClasses(CLASSES));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(suite);
    }

    @Override
    boolean inKernel() {
        return true;
    }

    /// A container that ends takes its veth along. Another device may get its number then.
    @Test
    void aDeviceThatIsGoneHoldsUpNoProgram() throws Exception {
        NetworkNamespace namespace = environment.relayNamespace();
        addVeth(namespace, "gone0");
        try {
            Subscribed subscribed = subscribed();
            assertThat(attached()).contains("gone0");
            apply(program(THRESHOLD, 100, List.of()));
            namespace.ip("link", "delete", "gone0");

            InstalledPolicy installed = apply(program(THRESHOLD.replace("words[0]++", "words[1]++"), 60, List.of()));
            for (int i = 0; i < 10; i++) {
                subscribed.publisher().sendDatagramOnce(datagram(1, i, i * 20));
            }
            assertThat(receivedPriorities(subscribed.subscriber(), 3)).containsExactlyInAnyOrder(0, 20, 40);
            checkDrops(installed, "urgency", 7);
            assertThat(attached()).doesNotContain("gone0");

            addVeth(namespace, "gone0");
            assertThat(attached()).contains("gone0");
            namespace.ip("link", "delete", "gone0");
            addVeth(namespace, "new0");
            assertThat(attached()).contains("new0").doesNotContain("gone0");
        } finally {
            namespace.exec("ip", "link", "delete", "new0");
            namespace.exec("ip", "link", "delete", "gone0");
        }
    }

    private static void addVeth(NetworkNamespace namespace, String name) {
        namespace.ip("link", "add", name, "index", "4711", "type", "veth", "peer", "name", name + "p");
        namespace.ip("link", "set", name, "up");
    }

    /// Devices that have the program, as the relay knows them now.
    private List<String> attached() {
        return relay.views().kernel().devices().stream()
                .filter(KernelView.Device::isServed)
                .map(KernelView.Device::name)
                .toList();
    }

    @Test
    void aFailingPolicyChangesNothing() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy first = apply(program(THRESHOLD, 100, List.of()));
        String tooMuch = THRESHOLD.replace("track->words[0]++;", "track->words[object->object]++;");
        assertThatThrownBy(() -> apply(program(tooMuch, 100, List.of())))
                .isInstanceOf(VerifierException.class);
        TestVector wrong = vector(100, Verdict.forward());
        assertThatThrownBy(() -> apply(program(THRESHOLD.replace("words[0]++", "words[1]++"), 100, List.of(wrong))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("test vector 0");
        for (int i = 0; i < 10; i++) {
            subscribed.publisher().connection.sendDatagram(datagram(1, i, i * 20));
        }
        assertThat(receivedPriorities(subscribed.subscriber(), 5)).containsExactlyInAnyOrder(0, 20, 40, 60, 80);
        checkDrops(first, "urgency", 5);
    }

    /// The program is linked already, so only its vectors can tell.
    @Test
    void anotherConfigurationOfALinkedProgramIsTriedOutAsWell() throws Exception {
        subscribed();
        apply(program(THRESHOLD, 100, List.of(vector(100, Verdict.drop("urgency")))));
        assertThatThrownBy(() -> apply(program(THRESHOLD, 128, List.of(vector(100, Verdict.drop("urgency"))))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("test vector 0 with Forward")
                .hasMessageContaining("payload of 3 bytes (01ff02)");
        apply(program(THRESHOLD, 128, List.of(vector(100, Verdict.forward()))));
    }

    @Test
    void whatTheVerifierSaysHasTwoLinesAndIsKeptWhole() throws Exception {
        FanoutPolicy tooMuch = program(THRESHOLD.replace("track->words[0]++;", "track->words[object->object]++;"), 100, List.of());
        try (PolicyService service = PolicyService.start(relay.policies(), offering(tooMuch), List.of())) {
            assertThatThrownBy(() -> service.apply("gate", "**", List.of(), Map.of()))
                    .isInstanceOf(PolicyException.class)
                    .satisfies(refused -> assertThat(refused.getMessage().lines()).hasSize(2))
                    .hasMessageContaining("refuses its program: ")
                    .hasMessageContaining("at track->words[object->object]++; @ ")
                    .hasMessageContaining("'./weir policy log gate'");
            assertThat(service.verifierLog("gate").lines()).hasSizeGreaterThan(10)
                    .anyMatch(line -> line.contains("track->words[object->object]++;"))
                    .anyMatch(line -> line.startsWith("processed "));
            assertThat(service.assignments()).isEmpty();
        }
    }

    /// A catalog of one policy, which is in no jar.
    private static PolicyCatalog offering(FanoutPolicy policy) {
        return new PolicyCatalog() {
            @Override
            public List<Offer> offers() {
                return List.of(new Offer("gate", "for a test", "1", "", ""));
            }

            @Override
            public Made create(String name, Map<String, String> overrides) {
                return new Made(policy, () -> {});
            }

            @Override
            public List<Offer> load(Path jar) {
                return offers();
            }

            @Override
            public void listen(Listener listener) {
                // nothing changes
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }

    private static TestVector vector(int priority, Verdict expected) {
        var media = new MediaObject("live/cam1/video", 0, 0, 0, priority, DeliveryMode.DATAGRAM, 10, 1);
        var lane = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 0, 0, 0, 0);
        return new TestVector(media, new byte[] {1, -1, 2}, lane, expected);
    }
}
