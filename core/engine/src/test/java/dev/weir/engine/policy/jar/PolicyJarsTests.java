// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.policy.PolicyCatalog.Listener;
import dev.weir.engine.policy.PolicyCatalog.Offer;
import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.LaneView;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Policy jars in a folder, made by the JDK's own compiler.
class PolicyJarsTests {
    private static final LaneClasses CLASSES = () -> List.of(LaneView.DEFAULT_CLASS);
    /// What is promised: a change counts within this time.
    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private PolicyJars jars;

    @AfterEach
    void close() {
        if (jars != null) {
            jars.close();
        }
    }

    private void open() {
        open(PolicyJarOptions.of(folder));
    }

    private void open(PolicyJarOptions options) {
        jars = PolicyJars.open(options, Map.of("gate", Map.of("limit", 77)));
        jars.listen(new Listener() {
            @Override
            public void offered(String policy) {
                heard.add("+" + policy);
            }

            @Override
            public void withdrawn(String policy) {
                heard.add("-" + policy);
            }
        });
    }

    private Path put(String file, JarMaker jar) throws IOException {
        return Files.write(folder.resolve(file), jar.bytes());
    }

    private Offer offer(String jar) {
        return jars.offers().stream().filter(each -> each.jar().equals(jar)).findFirst().orElse(null);
    }

    @Test
    void offersWhatIsThereAtTheStart() throws IOException {
        put("gate.jar", JarMaker.policy("test-gate", "gate"));
        open();
        assertThat(offer("gate.jar")).isEqualTo(new Offer("gate", "for a test", "1.2.3", "gate.jar", ""));
        assertThat(limitOf("gate", Map.of())).isEqualTo(77);
        assertThat(limitOf("gate", Map.of("limit", "12"))).isEqualTo(12);
    }

    private int limitOf(String policy, Map<String, String> overrides) {
        var entries = (MapEntries) jars.create(policy, overrides).plan(CLASSES).orElseThrow();
        return entries.rule(LaneView.DEFAULT_CLASS).limits().getFirst();
    }

    @Test
    void hearsOfJarsThatComeChangeAndGo() throws IOException {
        open();
        Path file = put("gate.jar", JarMaker.policy("test-gate", "gate"));
        await().atMost(SOON).until(() -> heard.equals(List.of("+gate")));
        put("gate.jar", JarMaker.policy("test-gate", "gate").manifest("Plugin-Version", "2.0.0"));
        await().atMost(SOON).until(() -> heard.equals(List.of("+gate", "+gate")));
        assertThat(offer("gate.jar").version()).isEqualTo("2.0.0");
        Files.delete(file);
        await().atMost(SOON).until(() -> heard.equals(List.of("+gate", "+gate", "-gate")));
        assertThat(jars.offers()).isEmpty();
        assertThatThrownBy(() -> jars.create("gate", Map.of()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("There is no policy 'gate'");
    }

    @Test
    void keepsTheOldContentWhenTheNewOneIsRefused() throws IOException {
        open();
        put("gate.jar", JarMaker.policy("test-gate", "gate"));
        await().atMost(SOON).until(() -> offer("gate.jar") != null);
        Files.writeString(folder.resolve("gate.jar"), "no jar");
        await().atMost(SOON).until(() -> jars.offers().size() == 2);
        assertThat(jars.offers()).extracting(Offer::refusal).anyMatch(reason -> reason.contains("cannot be read as a jar"));
        assertThat(limitOf("gate", Map.of())).isEqualTo(77);
    }

    @Test
    void waitsForAJarThatIsStillBeingCopied() throws Exception {
        open();
        byte[] bytes = JarMaker.policy("test-gate", "gate").bytes();
        Path file = folder.resolve("gate.jar");
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        await().atMost(SOON).until(() -> offer("gate.jar") != null);
        assertThat(offer("gate.jar").refusal()).contains("copy it again");
        Files.write(file, bytes);
        await().atMost(SOON).until(() -> offer("gate.jar").refusal().isEmpty());
    }

    private static Arguments refused(String reason, UnaryOperator<JarMaker> change) {
        return Arguments.of(reason, change);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refused("has no manifest", jar -> jar.without("Plugin-Id")
                        .without("Plugin-Version")
                        .without("Plugin-Requires")
                        .without("Plugin-License")),
                refused("no Plugin-Id", jar -> jar.without("Plugin-Id")),
                refused("no Plugin-Version", jar -> jar.without("Plugin-Version")),
                refused("needs the policy SPI >=2.0.0", jar -> jar.manifest("Plugin-Requires", ">=2.0.0")),
                refused("offers no policy", jar -> jar.withoutEntry(JarMaker.SERVICES)),
                refused("which the jar does not have", jar -> jar.entry(JarMaker.SERVICES, "test.jars.Missing\n")),
                refused("is no FanoutPolicyProvider", jar -> jar.entry(JarMaker.SERVICES, "java.lang.Object\n")),
                refused("cannot be made", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("gate", "throw new IllegalStateException();"))),
                refused("cannot be made", jar -> jar.source(
                                "test.jars.Provider",
                                JarMaker.provider("gate", "new Gone();") + "class Gone {}")
                        .withoutEntry("test/jars/Gone.class")),
                refused("names its policy 'No Name'", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("No Name", ""))),
                refused("two policies named", jar -> jar.entry(
                        JarMaker.SERVICES, "test.jars.Provider\ntest.jars.Provider\n")),
                refused("points out of the jar", jar -> jar.entry("../outside.class", "x")),
                refused("points out of the jar", jar -> jar.entry("/etc/passwd", "x")),
                refused("points out of the jar", jar -> jar.entry("a\\..\\b", "x")),
                refused("points out of the jar", jar -> jar.entry("C:/windows", "x")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithTheReasonWhileOthersGoOn(String reason, UnaryOperator<JarMaker> change) throws IOException {
        put("bad.jar", change.apply(JarMaker.policy("bad-one", "gate")));
        put("good.jar", JarMaker.policy("good-one", "other"));
        open();
        assertThat(offer("bad.jar").refusal()).contains(reason).endsWith(".");
        assertThat(offer("good.jar").refusal()).isEmpty();
    }

    @Test
    void refusesDuplicatesUntilTheFirstOneIsGone() throws IOException {
        Path first = put("a.jar", JarMaker.policy("same-id", "gate"));
        put("b.jar", JarMaker.policy("same-id", "other"));
        put("c.jar", JarMaker.policy("another-id", "gate"));
        open();
        assertThat(offer("b.jar").refusal()).contains("Plugin-Id 'same-id' is that of a.jar");
        assertThat(offer("c.jar").refusal()).contains("policy 'gate' is offered by a.jar");
        Files.delete(first);
        await().atMost(SOON).until(() -> offer("b.jar").refusal().isEmpty() && offer("c.jar").refusal().isEmpty());
        assertThat(heard).containsExactly("-gate", "+other", "+gate");
    }

    @Test
    void takesAllowedSumsOnly() throws IOException {
        put("gate.jar", JarMaker.policy("test-gate", "gate"));
        open(new PolicyJarOptions(List.of(folder), false, List.of(), Set.of("00")));
        assertThat(offer("gate.jar").refusal()).contains("not among weir.plugins.allowed-sha256");
    }

    @Test
    void aJarThatPacksTheSpiStillWorks() throws IOException {
        var jar = JarMaker.policy("test-gate", "gate");
        try (var in = LaneView.class.getResourceAsStream("LaneView.class")) {
            jar.entry("dev/weir/spi/LaneView.class", new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        }
        put("gate.jar", jar);
        open();
        assertThat(limitOf("gate", Map.of())).isEqualTo(77);
    }

    @Test
    void copiesAJarInAndSaysWhatBecameOfIt() throws IOException {
        open();
        Path elsewhere = Files.createTempDirectory("weir-test");
        Path good = Files.write(elsewhere.resolve("gate.jar"), JarMaker.policy("test-gate", "gate").bytes());
        assertThat(jars.load(good)).extracting(Offer::name).containsExactly("gate");
        assertThat(jars.load(good)).extracting(Offer::name).containsExactly("gate");
        Path bad = Files.writeString(elsewhere.resolve("bad.jar"), "no jar");
        assertThatThrownBy(() -> jars.load(bad)).isInstanceOf(PolicyException.class).hasMessageContaining("was refused");
    }

    /// What a replaced or removed jar leaves in memory, and which files it keeps open.
    @Test
    void leavesNoClassLoaderAndNoOpenFileBehind() throws Exception {
        open();
        var loaders = new ArrayList<WeakReference<ClassLoader>>();
        for (int i = 0; i < 10; i++) {
            int expected = i + 1;
            var jar = JarMaker.policy("test-gate", "gate").manifest("Plugin-Version", "1.0." + i);
            put("gate.jar", jar.source("test.jars.Provider", JarMaker.provider("gate", "").replace(
                    "return MapEntries.policy(MapEntries.builder().otherwise(Rule.all().limit(config.limit())).build());",
                    "return new FanoutPolicy() {};")));
            await().atMost(SOON).until(() -> heard.size() == expected);
            ClassLoader loader = jars.create("gate", Map.of()).getClass().getClassLoader();
            assertThat(loader).isNotSameAs(getClass().getClassLoader());
            loaders.add(new WeakReference<>(loader));
        }
        Files.delete(folder.resolve("gate.jar"));
        await().atMost(SOON).until(() -> jars.offers().isEmpty());
        await().untilAsserted(() -> {
            System.gc();
            assertThat(loaders).allMatch(loader -> loader.get() == null);
        });
        assertThat(openPolicyFiles()).isEmpty();
    }

    /// Whatever is open below a folder for policies or their copies; the compiler opens and forgets files of its own.
    private List<String> openPolicyFiles() throws IOException {
        var open = new ArrayList<String>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String file = Files.readSymbolicLink(descriptor).toString();
                    if (file.startsWith(folder.toString()) || file.contains("/weir-policies")) {
                        open.add(file);
                    }
                } catch (NoSuchFileException e) {
                    // closed meanwhile
                }
            }
        }
        return open;
    }
}
