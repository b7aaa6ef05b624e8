// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.policy.PolicyControl.Assignment;
import dev.weir.engine.policy.PolicyControl.PolicyStatus;
import dev.weir.engine.policy.PolicyControl.Statistics;
import dev.weir.engine.policy.PolicyException;
import dev.weir.engine.policy.PolicyService;
import dev.weir.engine.policy.jar.JarMaker;
import dev.weir.engine.policy.jar.PolicyJarOptions;
import dev.weir.engine.policy.jar.PolicyJars;
import dev.weir.wire.moqt.ObjectDatagram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real policy jars that come into force and go out of it again, under one subscription.
class PolicyServiceTests extends OneSubscriber {
    /// What is promised: from a jar that is complete to its policy in force.
    private static final Duration PROMISE = Duration.ofSeconds(2);
    private static final String PROGRAM = """
            if (true) return new FanoutPolicy() {
                @Override public java.util.Optional<dev.weir.spi.plan.KernelPlan> plan(dev.weir.spi.plan.LaneClasses classes) {
                    return java.util.Optional.of(new dev.weir.spi.plan.ProgramVariant(
                            new byte[] {BYTE}, java.util.List.of((long) config.limit()), java.util.List.of("urgency"), java.util.List.of()));
                }
            };
            """;

    @TempDir
    Path folder;

    @TempDir
    Path elsewhere;

    private PolicyService service;
    private int nextObject;

    @AfterEach
    void close() {
        if (service != null) {
            service.close();
        }
    }

    private void start(PolicyService.Wanted... configured) {
        PolicyJars jars = PolicyJars.open(PolicyJarOptions.of(folder), Map.of());
        service = PolicyService.start(relay.policies(), jars, List.of(configured));
    }

    private static PolicyService.Wanted everywhere(String policy, int limit) {
        return new PolicyService.Wanted(policy, "**", List.of(), Map.of("limit", String.valueOf(limit)));
    }

    private Assignment apply(String policy, String tracks, int limit) {
        return service.apply(policy, tracks, List.of(), Map.of("limit", String.valueOf(limit)));
    }

    /// Writes it beside the folder and moves it in, so that it is complete from the first.
    private Path put(JarMaker jar, String name) throws IOException {
        Path written = Files.write(elsewhere.resolve(name), jar.bytes());
        return Files.move(written, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static JarMaker gate(String reason) {
        return JarMaker.filter("gate", reason, "", "");
    }

    private static JarMaker program(int object) {
        return JarMaker.filter("gate", "unused", PROGRAM.replace("BYTE", String.valueOf(object)), "");
    }

    /// @return whether the subscriber gets it
    private boolean passes(int priority) {
        int before = subscriberEnd.datagrams(subscriber).size();
        var object = new ObjectDatagram(ALIAS, 5, nextObject, priority, new byte[0], false, null, new byte[100]);
        publisher.datagram(nextObject++, object.encode());
        return subscriberEnd.datagrams(subscriber).size() > before;
    }

    private PolicyStatus status(String policy) {
        return service.policies().stream().filter(each -> each.name().equals(policy)).findFirst().orElseThrow();
    }

    private void awaitReason(String reason) {
        await().atMost(PROMISE).until(() -> status("gate").reason().contains(reason));
    }

    private void awaitForm(String form) {
        await().atMost(PROMISE).until(() -> service.assignments().getFirst().form().equals(form));
    }

    private Map<String, Long> drops(int assignment) {
        return service.statistics().stream()
                .filter(each -> each.assignment() == assignment)
                .map(Statistics::droppedByUserSpace)
                .findFirst()
                .orElse(Map.of());
    }

    @Test
    void aJarIsInForceWithinTwoSecondsOfComingChangingAndGoing() throws IOException {
        start(everywhere("gate", 100));
        JarMaker first = gate("first");
        JarMaker second = gate("second");
        assertThat(passes(200)).isTrue();
        Path file = put(first, "gate.jar");
        awaitForm("user-space");
        assertThat(passes(200)).isFalse();
        assertThat(passes(50)).isTrue();
        put(second, "gate.jar");
        await().atMost(PROMISE).until(() -> !passes(200) && drops(1).containsKey("second"));
        Files.delete(file);
        awaitForm("");
        assertThat(passes(200)).isTrue();
        assertThat(status("gate").reason()).contains("its jar is gone; put it back");
    }

    @Test
    void aRefusedReplacementLeavesTheOldPolicyInForceWithAllItsClasses() throws IOException {
        put(gate("old"), "gate.jar");
        start(everywhere("gate", 100));
        put(JarMaker.filter("gate", "new", "if (true) throw new AssertionError(\"not today\");", ""), "gate.jar");
        awaitReason("Policy gate cannot be made: it fails with java.lang.AssertionError: not today; this is a defect of the policy");
        assertThat(status("gate").state()).isEqualTo("in-force");

        assertThat(passes(200)).as("the class that says so is loaded only now").isFalse();
        assertThat(drops(1)).isEqualTo(Map.of("old", 1L));
        assertThat(service.statistics().getFirst().failures()).isZero();

        put(gate("newest"), "gate.jar");
        await().atMost(PROMISE).until(() -> status("gate").reason().isEmpty());
        assertThat(passes(200)).isFalse();
        assertThat(drops(1)).isEqualTo(Map.of("old", 1L, "newest", 1L));
    }

    @Test
    void whatCannotBeInForceIsSaidByLoadAndNothingChanges() throws IOException {
        put(gate("old"), "gate.jar");
        start(everywhere("gate", 100));
        plane.policies.refusal = List.of("; return x; @ gate.c:9", "9: (95) exit", "R0 !read_ok", "processed 9 insns");
        Path jar = Files.write(elsewhere.resolve("gate.jar"), program(1).bytes());

        assertThatThrownBy(() -> service.load(jar))
                .isInstanceOf(PolicyException.class)
                .hasMessageStartingWith("gate.jar is loaded, and what was in force before stays in force: Policy gate cannot be put in force,"
                        + " the kernel's verifier refuses its program: R0 !read_ok");
        assertThat(passes(200)).isFalse();
        assertThat(service.assignments().getFirst().form()).isEqualTo("user-space");

        plane.policies.refusal = List.of();
        Path better = Files.write(elsewhere.resolve("gate.jar"), program(2).bytes());
        assertThat(service.load(better)).singleElement().satisfies(loaded -> {
            assertThat(loaded.state()).isEqualTo("in-force");
            assertThat(loaded.form()).isEqualTo("program");
        });
    }

    @Test
    void theVerifiersReasonHasTwoLinesAndItsLogIsKept() throws IOException {
        put(program(1), "gate.jar");
        start();
        List<String> log = List.of("; return x; @ gate.c:9", "9: (95) exit", "R0 !read_ok", "processed 9 insns");
        plane.policies.refusal = log;

        assertThat(service.verifierLog("gate")).isEmpty();
        assertThatThrownBy(() -> apply("gate", "**", 100)).hasMessage(
                "Policy gate cannot be put in force, the kernel's verifier refuses its program: R0 !read_ok\n"
                        + "at return x; @ gate.c:9: correct the policy's C file and build it again;"
                        + " './weir policy log gate' prints all that the verifier says (4 lines).");
        assertThat(service.verifierLog("gate").lines()).isEqualTo(log);
        assertThat(service.assignments()).isEmpty();
    }

    @Test
    void aProgramIsTriedOutWithEveryConfiguration() throws IOException {
        put(program(1), "gate.jar");
        start();
        apply("gate", "live/a", 100);
        plane.calls.clear();
        plane.policies.wrongAnswer = "The program answers test vector 0 wrongly.";

        assertThatThrownBy(() -> apply("gate", "live/b", 128)).hasMessageContaining("test vector 0");
        assertThat(plane.calls).contains("try out policy 2").doesNotContain("link programs [1]");
        assertThat(service.assignments()).hasSize(1);

        plane.policies.wrongAnswer = "";
        assertThat(apply("gate", "live/b", 128).form()).isEqualTo("program");
    }

    @Test
    void theFirstAssignmentThatFitsCountsAndTheNewestIsFirst() throws IOException {
        put(gate("gate"), "gate.jar");
        start(everywhere("gate", 100));
        assertThat(passes(150)).isFalse();
        Assignment wide = apply("gate", "live/*", 200);
        assertThat(passes(150)).isTrue();
        Assignment elsewhereOnly = apply("gate", "other/*", 0);
        assertThat(passes(150)).isTrue();
        Assignment narrow = apply("gate", "live/*", 50);

        assertThat(service.assignments()).extracting(Assignment::id).as("replaced in its place")
                .containsExactly(elsewhereOnly.id(), narrow.id(), 1).doesNotContain(wide.id());
        assertThat(passes(75)).isFalse();
        service.remove(narrow.id());
        assertThat(passes(75)).isTrue();
        assertThat(passes(150)).isFalse();
        assertThatThrownBy(() -> service.remove(narrow.id())).hasMessageContaining("There is no assignment " + narrow.id());
    }

    @Test
    void whatWasDroppedStaysInTheBooks() throws IOException {
        Path file = put(gate("early"), "gate.jar");
        start(everywhere("gate", 100));
        assertThat(passes(200)).isFalse();
        assertThat(passes(50)).isTrue();
        Files.delete(file);
        awaitForm("");
        assertThat(drops(1)).isEqualTo(Map.of("early", 1L));
        put(gate("late"), "gate.jar");
        awaitForm("user-space");
        assertThat(passes(200)).isFalse();
        assertThat(drops(1)).isEqualTo(Map.of("early", 1L, "late", 1L));

        Assignment again = apply("gate", "**", 150);
        assertThat(drops(Statistics.GONE)).isEqualTo(Map.of("early", 1L, "late", 1L));
        assertThat(passes(200)).isFalse();
        assertThat(drops(again.id())).isEqualTo(Map.of("late", 1L));
        service.remove(again.id());
        assertThat(service.statistics()).singleElement().satisfies(gone -> {
            assertThat(gone.assignment()).isEqualTo(Statistics.GONE);
            assertThat(gone.policy()).isEqualTo("gate");
            assertThat(gone.droppedByUserSpace()).isEqualTo(Map.of("early", 1L, "late", 2L));
            assertThat(gone.forwardedByUserSpace()).isEqualTo(1);
        });
    }

    @Test
    void hooksThatFailAreCountedByPolicy() throws IOException {
        put(JarMaker.filter("gate", "x", "", """
                if (object.media().priority() == 10) throw new AssertionError();
                if (object.media().priority() == 11) return null;
                """), "gate.jar");
        start(everywhere("gate", 5));

        assertThat(passes(10)).as("the default passes").isTrue();
        assertThat(passes(11)).isTrue();
        assertThat(passes(9)).isFalse();
        assertThat(service.statistics()).singleElement().satisfies(each -> {
            assertThat(each.failures()).isEqualTo(2);
            assertThat(each.forwardedByUserSpace()).isEqualTo(2);
            assertThat(each.droppedByUserSpace()).isEqualTo(Map.of("x", 1L));
        });
        assertThat(relay.statistics()).containsEntry("policy.exceptions", 2L);
    }

    @Test
    void errorsOfAHookThatIsMadeLateDoNotUseUpRoom() throws IOException {
        put(JarMaker.filter("gate", "x", "if (true) return new FanoutPolicy() {"
                + " @Override public ObjectFilter filter() { throw new StackOverflowError(); } };", ""), "gate.jar");
        put(JarMaker.filter("other", "x", "", "").manifest("Plugin-Id", "other"), "other.jar");
        start();
        for (int attempt = 0; attempt < plane.policies.policies(); attempt++) {
            assertThatThrownBy(() -> apply("gate", "**", 1)).hasMessageContaining("it fails with java.lang.StackOverflowError");
        }
        assertThat(apply("other", "**", 100).form()).isEqualTo("user-space");
    }

    @Test
    void anUnknownPolicyIsListedWithItsReason() {
        start(everywhere("nowhere", 1));

        assertThat(status("nowhere")).satisfies(each -> {
            assertThat(each.state()).isEqualTo("refused");
            assertThat(each.reason()).contains("There is no policy 'nowhere'");
        });
    }
}
