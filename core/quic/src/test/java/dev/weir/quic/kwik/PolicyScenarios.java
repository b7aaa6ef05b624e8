// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.Policies;
import dev.weir.engine.policy.LaneClassTable;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneView;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.Rule;
import dev.weir.spi.plan.TestVector;
import dev.weir.testkit.PolicyCompiler;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What policies make of a track's objects, in both delivery modes: the same with and without the kernel.
abstract class PolicyScenarios extends RelayFixture {
    /// Lets everything pass whose priority is below the first word.
    static final String THRESHOLD = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_FILTER(object, lane, track, shared, config)
            {
            	track->words[0]++;
            	return object->priority < config->words[0] ? WEIR_FORWARD : WEIR_DROP(1);
            }
            """;

    /// One that is given by hand only.
    static final LaneClassTable CLASSES = new LaneClassTable(List.of(new LaneClassTable.LaneClass("gold", List.of())));

    /// Whether verdicts fall in the kernel.
    abstract boolean inKernel();

    private static FanoutPolicy threshold(int limit) {
        return MapEntries.policy(MapEntries.builder().otherwise(Rule.all().limit(limit)).build());
    }

    static FanoutPolicy program(String source, long limit, List<TestVector> vectors) {
        byte[] object = PolicyCompiler.compile(source);
        return new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return (media, lane, state) -> media.priority() < limit ? Verdict.forward() : Verdict.drop("urgency");
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(new ProgramVariant(object, List.of(limit), List.of("urgency"), vectors));
            }
        };
    }

    InstalledPolicy apply(FanoutPolicy policy) {
        InstalledPolicy installed = relay.policies().install("under-test", policy);
        relay.policies().assign(List.of(new Policies.Binding(installed, track -> track.endsWith("/video"), Set.of())));
        return installed;
    }

    static byte[] datagram(long group, long object, int priority) {
        return new ObjectDatagram(ALIAS, group, object, priority, new byte[0], false, null, new byte[300]).encode();
    }

    private static byte[] layer(long group, long subgroup, int priority) {
        var header = SubgroupHeader.of(ALIAS, group, SubgroupMode.EXPLICIT, subgroup, priority, false, false, false);
        var writer = new SubgroupObjectWriter(header);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(writer.object(subgroup, new byte[0], new byte[2500]));
        return out.toByteArray();
    }

    List<Integer> receivedPriorities(KwikPeer subscriber, int count) throws InterruptedException {
        var result = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            byte[] datagram = subscriber.datagrams.poll(5, TimeUnit.SECONDS);
            assertThat(datagram).as("datagram %d of %d", i, count).isNotNull();
            result.add(ObjectDatagram.decode(datagram).priority());
        }
        assertThat(subscriber.datagrams.poll(50, TimeUnit.MILLISECONDS)).isNull();
        return result;
    }

    void checkDrops(InstalledPolicy installed, String reason, long count) {
        await().untilAsserted(() -> {
            Policies.Account account = relay.policies().account(installed);
            Map<String, Long> there = inKernel() ? account.droppedByKernel() : account.droppedByUserSpace();
            Map<String, Long> elsewhere = inKernel() ? account.droppedByUserSpace() : account.droppedByKernel();
            assertThat(there).isEqualTo(Map.of(reason, count));
            assertThat(elsewhere).isEmpty();
        });
    }

    @Test
    void tablesDropDatagramsByPriority() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy installed = apply(threshold(100));
        for (int i = 0; i < 10; i++) {
            subscribed.publisher().sendDatagramOnce(datagram(1, i, i * 20));
        }
        assertThat(receivedPriorities(subscribed.subscriber(), 5)).containsExactlyInAnyOrder(0, 20, 40, 60, 80);
        checkDrops(installed, "priority", 5);
    }

    @Test
    void programsDropDatagrams() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy installed = apply(program(THRESHOLD, 60, List.of()));
        for (int i = 0; i < 10; i++) {
            subscribed.publisher().sendDatagramOnce(datagram(1, i, i * 20));
        }
        assertThat(receivedPriorities(subscribed.subscriber(), 3)).containsExactlyInAnyOrder(0, 20, 40);
        checkDrops(installed, "urgency", 7);
    }

    @Test
    void wholeStreamsAreDropped() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy installed = apply(threshold(100));
        subscribed.publisher().sendStream(layer(1, 2, 192));
        subscribed.publisher().sendStream(layer(1, 0, 64));
        subscribed.publisher().sendStream(layer(2, 2, 192));
        byte[] wanted = layer(2, 0, 64);
        subscribed.publisher().sendStream(wanted);
        await().until(() -> subscribed.subscriber().streams.values().stream()
                        .filter(bytes -> bytes.length == wanted.length)
                        .count()
                == 2);
        assertThat(subscribed.subscriber().streams.values())
                .filteredOn(bytes -> bytes.length > 0 && (bytes[0] & 0x90) == 0x10)
                .hasSize(2);
        checkDrops(installed, "priority", 2);
    }

    @Test
    void policiesWithoutAPlanAreServedFromUserSpace() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy installed = apply(new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return (object, lane, state) ->
                        object.media().object() % 2 == 0 ? Verdict.forward() : Verdict.drop("odd");
            }
        });
        for (int i = 0; i < 10; i++) {
            subscribed.publisher().sendDatagramOnce(datagram(1, i, 7));
        }
        receivedPriorities(subscribed.subscriber(), 5);
        assertThat(installed.form()).isEqualTo(InstalledPolicy.Form.USER_SPACE);
        assertThat(relay.policies().account(installed).droppedByUserSpace()).isEqualTo(Map.of("odd", 5L));
    }

    @Test
    void laneClassesAreServedByPoliciesOfTheirOwn() throws Exception {
        Subscribed subscribed = subscribed();
        InstalledPolicy nothing = relay.policies().install("nothing", threshold(0));
        relay.policies().assign(List.of(
                new Policies.Binding(nothing, track -> true, Set.of("gold")),
                new Policies.Binding(relay.policies().install("all", threshold(256)), track -> true, Set.of())));
        subscribed.publisher().sendDatagramOnce(datagram(1, 0, 9));
        assertThat(receivedPriorities(subscribed.subscriber(), 1)).containsExactly(9);
        assertThat(relay.policies().account(nothing).droppedByKernel()).isEmpty();
    }

    @Test
    void aClassThatIsSetByHandChangesWhoGetsWhat() throws Exception {
        Subscribed subscribed = subscribed();
        int subscriber = relay.policies().subscribers().getFirst().slot();
        var byClass = new Policies.Binding(
                relay.policies().install("by-class", MapEntries.policy(MapEntries.builder()
                        .rule("gold", Rule.all().limit(200))
                        .otherwise(Rule.all().limit(100))
                        .build())),
                track -> true,
                Set.of());
        relay.policies().assign(List.of(byClass));
        send(subscribed, 1, 50, 150);
        assertThat(receivedPriorities(subscribed.subscriber(), 1)).containsExactly(50);

        assertThat(relay.policies().setClass(subscriber, "gold")).isTrue();
        assertThat(relay.policies().subscribers().getFirst().laneClass()).isEqualTo("gold");
        send(subscribed, 2, 50, 150, 250);
        assertThat(receivedPriorities(subscribed.subscriber(), 2)).containsExactlyInAnyOrder(50, 150);

        var goldOnly = new Policies.Binding(
                relay.policies().install("all", threshold(256)), track -> true, Set.of("gold"));
        relay.policies().assign(List.of(goldOnly, byClass));
        send(subscribed, 3, 50, 150, 250);
        assertThat(receivedPriorities(subscribed.subscriber(), 3)).containsExactlyInAnyOrder(50, 150, 250);

        relay.policies().setClass(subscriber, LaneView.DEFAULT_CLASS);
        send(subscribed, 4, 50, 150, 250);
        assertThat(receivedPriorities(subscribed.subscriber(), 1)).containsExactly(50);
    }

    private static void send(Subscribed subscribed, long group, int... priorities) throws Exception {
        for (int object = 0; object < priorities.length; object++) {
            subscribed.publisher().sendDatagramOnce(datagram(group, object, priorities[object]));
        }
    }
}
