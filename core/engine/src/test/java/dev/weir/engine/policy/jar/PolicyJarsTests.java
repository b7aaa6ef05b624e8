// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weir.engine.policy.PolicyCatalog.Listener;
import dev.weir.engine.policy.PolicyCatalog.Made;
import dev.weir.engine.policy.PolicyCatalog.Offer;
import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URISyntaxException;
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
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/// Policy jars in a folder, made by the JDK's own compiler.
class PolicyJarsTests {
    private static final LaneClasses CLASSES = () -> List.of(LaneView.DEFAULT_CLASS);
    /// What is promised: a change counts within this time.
    private static final Duration SOON = Duration.ofSeconds(2);

    private static final int JAVA = Runtime.version().feature();

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
        try (Made made = jars.create(policy, overrides)) {
            var entries = (MapEntries) made.policy().plan(CLASSES).orElseThrow();
            return entries.rule(LaneView.DEFAULT_CLASS).limits().getFirst();
        }
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

    /// Another text for one of the methods that return one.
    private static JarMaker saying(JarMaker jar, String method, String body) {
        return jar.source("test.jars.Provider", JarMaker.provider("gate", "").replaceFirst(
                "String " + method + "\\(\\) \\{.*}", Matcher.quoteReplacement("String " + method + "() { " + body + " }")));
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
                refused("it fails with java.lang.IllegalStateException; this is a defect of the policy", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("gate", "throw new IllegalStateException();"))),
                refused("has no public constructor without parameters", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("gate", "").replace("public Provider()", "private Provider()"))),
                refused("needs the class test.jars.Gone, which is neither in the jar nor in the JDK", jar -> jar.source(
                                "test.jars.Provider",
                                JarMaker.provider("gate", "new Gone();") + "class Gone {}")
                        .withoutEntry("test/jars/Gone.class")),
                refused("needs the class dev.weir.engine.PathMode, which is neither", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("gate", "dev.weir.engine.PathMode.values();"))),
                refused("needs the class tools.jackson.databind.json.JsonMapper, which is neither", jar -> jar.source(
                        "test.jars.Provider", JarMaker.provider("gate", "tools.jackson.databind.json.JsonMapper.shared();"))),
                refused("compiled for Java 99, and this relay runs on Java " + JAVA + "; compile it with --release " + JAVA,
                        jar -> jar.classFileVersion("test/jars/Provider.class", 99 + 44)),
                refused("it fails with java.lang.StackOverflowError", jar -> saying(jar, "name", "return name() + name();")),
                refused("it fails with java.lang.AssertionError: never", jar -> saying(
                        jar, "description", "throw new AssertionError(\"never\");")),
                refused("description of its policy 'gate' is not one line", jar -> saying(
                        jar, "description", "return \"two\\nlines\";")),
                refused("description of its policy 'gate' is not one line", jar -> saying(jar, "description", "return null;")),
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
    void takesADuplicateOnceTheFirstOneIsAnother() throws IOException {
        put("a.jar", JarMaker.policy("same-id", "gate"));
        put("b.jar", JarMaker.policy("same-id", "other"));
        put("c.jar", JarMaker.policy("another-id", "gate"));
        open();
        assertThat(jars.offers()).extracting(Offer::refusal).filteredOn(reason -> !reason.isEmpty()).hasSize(2);
        put("a.jar", JarMaker.policy("its-own-id", "third"));
        await().atMost(SOON).until(() -> jars.offers().stream().allMatch(each -> each.refusal().isEmpty()));
        assertThat(jars.offers()).extracting(Offer::name).containsExactlyInAnyOrder("third", "other", "gate");
    }

    @Test
    void triesAgainWhatItCouldNotCopy(@TempDir Path elsewhere) throws IOException {
        put("gate.jar", JarMaker.policy("test-gate", "gate"));
        Path copies = elsewhere.resolve("copies");
        jars = PolicyJars.open(PolicyJarOptions.of(folder), Map.of(), copies);
        assertThat(offer("gate.jar").refusal()).contains("cannot be copied").contains("look at its owner and rights");
        Files.createDirectory(copies);
        await().atMost(SOON).until(() -> offer("gate.jar").refusal().isEmpty());
    }

    /// The policy of a jar that was replaced or removed may still be in force.
    @Test
    void whatIsHeldCanLoadItsClassesAfterItsJarIsGone() throws IOException {
        Path file = put("gate.jar", JarMaker.filter("gate", "old", "", ""));
        open();
        try (Made made = jars.create("gate", Map.of("limit", "0"))) {
            put("gate.jar", JarMaker.filter("gate", "new", "", ""));
            await().atMost(SOON).until(() -> heard.equals(List.of("+gate")));
            Files.delete(file);
            await().atMost(SOON).until(() -> heard.equals(List.of("+gate", "-gate")));
            assertThat(decide(made)).isEqualTo(Verdict.drop("old"));
            assertThat(openPolicyFiles()).hasSize(1);
        }
        assertThat(openPolicyFiles()).isEmpty();
    }

    private static Verdict decide(Made made) {
        var media = new MediaObject("live/video", 0, 0, 0, 100, DeliveryMode.DATAGRAM, 10, 1);
        var object = new FanoutObject(media, new FrameContent(0, true), new ObjectIndex(0, 0), 100);
        var lane = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 0, 0, 0, 0);
        return made.policy().filter().decide(object, lane, LaneState.fresh());
    }

    @Test
    void aJarSeesItsOwnCopyOfALibraryOfTheRelay() throws Exception {
        put("gate.jar", JarMaker.policy("test-gate", "gate")
                .source("test.jars.Provider", JarMaker.provider("gate", """
                        int three = new tools.jackson.databind.json.JsonMapper().readTree("[1, 2, 3]").size();
                        var own = tools.jackson.databind.json.JsonMapper.class.getClassLoader();
                        if (three != 3 || own != Provider.class.getClassLoader()) throw new IllegalStateException(own.toString());
                        """))
                .jar(libraryOf(JsonMapper.class))
                .jar(libraryOf(JsonParser.class))
                .jar(libraryOf(JsonProperty.class)));
        open();
        assertThat(offer("gate.jar").refusal()).isEmpty();
    }

    private static Path libraryOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /// An error that ended the watch would leave the jar behind it unseen for ever.
    @Test
    void watchesOnAfterErrorsOfAJar() throws IOException {
        open();
        put("bad.jar", JarMaker.policy("bad-one", "bad").source(
                "test.jars.Provider", JarMaker.provider("bad", "throw new StackOverflowError();")));
        await().atMost(SOON).until(() -> offer("bad.jar") != null);
        put("gate.jar", JarMaker.policy("test-gate", "gate"));
        await().atMost(SOON).until(() -> offer("gate.jar") != null);
    }

    @Test
    void asksAProviderOnceWhatItOffers() throws IOException {
        put("gate.jar", saying(JarMaker.policy("test-gate", "gate"), "description",
                "return System.getProperty(\"weir.test.asked\", \"first\") + System.setProperty(\"weir.test.asked\", \"again\");"));
        try {
            open();
            assertThat(offer("gate.jar").description()).isEqualTo("firstnull");
            assertThat(offer("gate.jar").description()).isEqualTo("firstnull");
        } finally {
            System.clearProperty("weir.test.asked");
        }
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
        assertThat(heard).as("told of before load() returns").containsExactly("+gate");
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
            try (Made made = jars.create("gate", Map.of())) {
                ClassLoader loader = made.policy().getClass().getClassLoader();
                assertThat(loader).isNotSameAs(getClass().getClassLoader());
                loaders.add(new WeakReference<>(loader));
            }
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
