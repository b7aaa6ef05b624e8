// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.AppProperties;
import dev.weir.app.WeirApplication;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every command of the prompt on a relay whose lanes carry traffic.
@RequiresRoot
@RequiresBpf
class ShellCommandsIT {
    private static final int LANES = 4;
    private static final int RATE = 100;
    /// How often the mode is changed; -Dweir.shell.switches=200 for a longer run.
    private static final int SWITCHES = Integer.getInteger("weir.shell.switches", 8);
    private static final List<String> GROUPS = List.of("Relay", "Tracks", "Subscribers", "Kernel");
    private static final JsonMapper JSON = new JsonMapper();

    private static ConfigurableApplicationContext context;

    @TempDir
    Path folder;

    private PromptCommands commands;

    @BeforeAll
    static void startSpring() {
        context = new SpringApplicationBuilder(WeirApplication.class).web(WebApplicationType.NONE).run("--version");
    }

    @AfterAll
    static void stopSpring() {
        context.close();
    }

    private record Outcome(int code, String output, String error) {
        JsonNode json() {
            return JSON.readTree(output);
        }
    }

    private RelayUnderTraffic relay(DeliveryMode mode) throws Exception {
        return relay(mode, LANES);
    }

    private RelayUnderTraffic relay(DeliveryMode mode, int lanes) throws Exception {
        Path socket = folder.resolve("control.sock");
        commands = new PromptCommands(context.getBean(LineRunner.class), context.getBean(CommandRegistry.class), socket);
        return new RelayUnderTraffic(context.getBean(AppProperties.class), socket, mode, lanes, RATE);
    }

    private Outcome run(String line) {
        var output = new StringWriter();
        var error = new StringBuilder();
        int code = commands.run(Words.of(line), new PrintWriter(output, true), error::append);
        return new Outcome(code, output.toString(), error.toString());
    }

    private Outcome done(String line) {
        Outcome outcome = run(line);
        assertThat(outcome.code()).as("%s: %s", line, outcome).isZero();
        return outcome;
    }

    private static final String TRACK = RelayUnderTraffic.TRACK.toString();

    /// What each command answers, `ID` standing for a subscriber and `PUB` for the publisher.
    private record Expected(String line, String pattern) {}

    private static final List<Expected> EXPECTED = List.of(
            new Expected("relay status", "path +kernel\\R.*lease +\\d+ of 200 ms left\\R.*connections +5: 1 publishers, 4 subscribers"),
            new Expected("track list", TRACK + " +established +kernel +auto"),
            new Expected("track show " + TRACK, "path +kernel.*subscribers +4, 4 active, 4 with a lane"),
            new Expected("subscriber list", "ID +10\\.77\\.\\d\\.2 port \\d+ +default +kernel"),
            new Expected("subscriber show ID", "class +default.*" + TRACK + " +active +pass-all.*congestion window"),
            new Expected("subscriber class set ID default", "subscriber ID is of class default"),
            new Expected("class set ID default", "subscriber ID is of class default"),
            new Expected("class list", "default"),
            new Expected("publisher list", "PUB +10\\.77\\.0\\.2 port \\d+.*yes"),
            new Expected("publisher show PUB", "opens its packets, entry 0.*" + TRACK),
            new Expected("lane list", "ID +10\\.77\\.\\d\\.2 port \\d+ +kernel"),
            new Expected("lane show ID", "MAX_STREAMS.*max_datagram_frame_size.*packet size.*lease.*generation"),
            new Expected("mode show", "mode of the relay: auto.*" + TRACK + " +auto +kernel +4 +4"),
            new Expected("mode set auto --track " + TRACK, "the mode of " + TRACK + " is auto"),
            new Expected("policy list", "priority-threshold +available"),
            new Expected("policy show priority-threshold", "jar +weir-plugin-priority-threshold\\.jar"),
            new Expected("policy stats", "POLICY"),
            new Expected("policy log priority-threshold", "refused no program"),
            new Expected("policy explain ID", "nothing stood in the way of an object|times something stood"),
            new Expected("bpf status", "the tcx hook +yes.*makes its copies in the kernel"),
            new Expected("bpf programs", "weir_ingress +\\d+ +[0-9a-f]{16}"),
            new Expected("bpf maps", "lane_streams +hash +\\d+ +131072"),
            new Expected("bpf counters", "kernel\\.count_copies +\\d+"),
            new Expected("bpf log", "refused no program"),
            new Expected("stats show", "copies\\.kernel +\\d+"),
            new Expected("stats audit", "all +kernel copies +\\d+ +0 .*The books balance\\."),
            new Expected("top --once --interval 300", "4 subscribers.*\\d+ copies/s.*" + TRACK + ".*bit/s"));

    @Test
    void everyCommandAnswersForPeopleAndForPrograms() throws Exception {
        try (RelayUnderTraffic traffic = relay(DeliveryMode.DATAGRAM)) {
            String id = done("subscriber list --output json").json().path("subscribers").path(0).path("id").asString();
            String publisher = done("publisher list --output json").json().path("publishers").path(0).path("id").asString();
            for (Expected each : EXPECTED) {
                String line = each.line.replace("ID", id).replace("PUB", publisher);
                Outcome table = done(line);
                Pattern pattern = Pattern.compile(each.pattern.replace("ID", id).replace("PUB", publisher), Pattern.DOTALL);
                assertThat(table.output()).as(line).containsPattern(pattern);
                assertThat(table.output()).as("no colours where there is no terminal").doesNotContain("\033");
                if (commands.command(Words.of(line)).getOptions().stream().anyMatch(option -> option.longName().equals("output"))) {
                    assertThat(done(line + " --output json").json().isObject()).as(line).isTrue();
                }
            }
            for (String line : List.of("track show no/such", "subscriber show 999", "subscriber kick 999", "publisher show 999",
                    "lane show 999", "policy show none", "policy explain 999", "mode set auto --track no/such")) {
                assertThat(run(line)).as(line).satisfies(outcome -> {
                    assertThat(outcome.code()).isEqualTo(1);
                    assertThat(outcome.error()).contains("There is no ").endsWith(".");
                });
            }
            assertThat(traffic.relay().statistics()).containsEntry("protocol_violations", 0L);
        }
    }

    @Test
    void whatTheGuideShowsWorks() throws Exception {
        Path guide = Path.of(System.getProperty("weir.launcher")).resolveSibling("docs/guides/steer-a-relay.md");
        List<String> lines = Pattern.compile("```weir\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(guide)).results()
                .flatMap(block -> block.group(1).lines())
                .toList();
        try (RelayUnderTraffic _ = relay(DeliveryMode.DATAGRAM)) {
            String id = done("subscriber list --output json").json().path("subscribers").path(0).path("id").asString();

            assertThat(lines).hasSizeGreaterThan(10)
                    .allSatisfy(line -> done(line.replaceFirst(" 7\\b", " " + id).replace("weir/demo/video", TRACK)));
        }
    }

    @Test
    void everyCommandOfThesePagesIsAmongThem() throws Exception {
        commands = new PromptCommands(context.getBean(LineRunner.class), context.getBean(CommandRegistry.class), folder);
        // Tested below.
        List<String> elsewhere = List.of("relay drain", "relay stop", "subscriber kick", "trace start", "trace stop");
        List<String> names = commands.all().stream()
                .filter(command -> GROUPS.contains(command.getGroup()) && PromptCommands.hasControl(command))
                .map(Command::getName)
                .toList();

        assertThat(names).allSatisfy(name -> assertThat(elsewhere.contains(name)
                        || EXPECTED.stream().anyMatch(each -> each.line.startsWith(name)))
                .as(name).isTrue());
    }

    @Test
    void badArgumentsAreSentencesAndWrongUsage() {
        commands = new PromptCommands(context.getBean(LineRunner.class), context.getBean(CommandRegistry.class), folder.resolve("none"));
        for (Command command : commands.all()) {
            Outcome unknown = run(command.getName() + " --fly");
            assertThat(unknown.code()).as(command.getName()).isEqualTo(2);
            assertThat(unknown.error()).startsWith(command.getName() + " has no option --fly;").endsWith(".").doesNotContain("./weir");
            if (command.getOptions().stream().anyMatch(option -> Boolean.TRUE.equals(option.required()))) {
                assertThat(run(command.getName())).as(command.getName()).satisfies(outcome -> {
                    assertThat(outcome.code()).isEqualTo(2);
                    assertThat(outcome.error()).contains(" needs --");
                });
            }
        }
        for (String line : List.of(
                "mode set fast", "lane show x", "subscriber show x", "relay drain --seconds 0", "top --once --interval 1", "trace start t --seconds 0",
                "policy explain 1 --object 3", "track list --output xml", "track", "demo", "fly", "help fly")) {
            assertThat(run(line)).as(line).satisfies(outcome -> {
                assertThat(outcome.code()).isEqualTo(2);
                assertThat(outcome.error()).endsWith(".");
            });
        }
        assertThat(run("track list").code()).as("nobody answers").isEqualTo(1);
    }

    @Test
    void explainsWhatThePolicyDroppedInTheKernelAndKicks() throws Exception {
        try (RelayUnderTraffic traffic = relay(DeliveryMode.DATAGRAM)) {
            String id = done("subscriber list --output json").json().path("subscribers").path(0).path("id").asString();
            done("policy apply priority-threshold ** --set default-limit=0");
            await().until(() -> done("policy explain " + id).output().contains("dropped by the policy in the kernel"));
            JsonNode finding = done("policy explain " + id + " --output json").json().path("explanation").path("findings").path(0);
            String line = "policy explain %s --group %s --object %s".formatted(
                    id, finding.path("group").asString(), finding.path("firstObject").asString());

            assertThat(done(line).output()).contains("Not sent: object ", "dropped by the policy priority-threshold in the kernel (");
            assertThat(done("policy explain " + id + " --group 1000000").output()).contains("has not come from the publisher");
            done("policy remove 1");

            done("subscriber kick " + id + " --reason 'not paid'");
            await().until(() -> done("subscriber list --output json").json().path("subscribers").size() == LANES - 1);
            done("relay drain --seconds 1");
            assertThat(done("relay status").output()).contains("draining");
            assertThat(traffic.ended.await(30, TimeUnit.SECONDS)).as("the relay ends").isTrue();
        }
    }

    @Test
    void tracesEveryConnectionWithTheKernelsCopies() throws Exception {
        try (RelayUnderTraffic traffic = relay(DeliveryMode.STREAM)) {
            Path traces = folder.resolve("traces");
            assertThat(run("trace stop").error()).contains("No trace is being written");
            done("trace start " + traces);
            assertThat(run("trace start " + traces).error()).contains("A trace is being written already");
            long begun = traffic.published();
            await().until(() -> traffic.published() > begun + RATE);
            JsonNode summary = done("trace stop --output json").json().path("trace");
            assertThat(run("trace start " + traces).error()).contains("it is not empty");

            assertThat(summary.path("leftOut").asLong()).isZero();
            assertThat(summary.path("connections").asInt()).isEqualTo(LANES + 1);
            int kernel = 0;
            try (var files = Files.list(traces)) {
                for (Path file : files.toList()) {
                    kernel += checkTrace(file);
                }
            }
            assertThat(kernel).as("kernel copies").isGreaterThan(RATE);
        }
    }

    /// @return the kernel's copies in it
    private static int checkTrace(Path file) throws IOException {
        List<JsonNode> records = Files.readString(file).lines().map(line -> {
            assertThat(line).startsWith("\u001e");
            return JSON.readTree(line.substring(1));
        }).toList();
        assertThat(records.getFirst().path("qlog_version").asString()).isEqualTo("0.3");
        List<JsonNode> sent = records.stream().filter(each -> each.path("name").asString().equals("transport:packet_sent")).toList();
        assertThat(sent).extracting(each -> each.path("data").path("header").path("packet_number").asLong()).doesNotHaveDuplicates();
        assertThat(records).anySatisfy(each -> assertThat(each.path("name").asString()).isEqualTo("transport:packet_received"));
        List<JsonNode> kernel = sent.stream().filter(each -> each.path("data").path("weir_path").asString().equals("kernel")).toList();
        assertThat(kernel).allSatisfy(each -> assertThat(each.path("data").path("frames").path(0).path("frame_type").asString()).isEqualTo("stream"));
        return kernel.size();
    }

    /// -Dweir.shell.lanes=64 -Dweir.shell.commands=1000 for a longer run, and with 0 commands for comparison.
    @Test
    void commandsDoNotDisturbTheMedia() throws Exception {
        int lanes = Integer.getInteger("weir.shell.lanes", 16);
        int count = Integer.getInteger("weir.shell.commands", 100);
        List<String> lines = List.of("lane list", "track list --output json", "subscriber list", "bpf maps", "bpf counters", "policy list",
                "mode show", "publisher list", "relay status", "lane list --output json");
        try (RelayUnderTraffic traffic = relay(DeliveryMode.DATAGRAM, lanes)) {
            long begun = traffic.published();
            for (int i = 0; i < count; i++) {
                done(lines.get(i % lines.size()));
            }
            await().until(() -> traffic.published() > begun + 5 * RATE);
            traffic.stopPublishing();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(traffic.subscribers)
                    .as("of %d: %s", traffic.published(), traffic.relay().statistics())
                    .allSatisfy(each -> assertThat(each.received()).isEqualTo(traffic.published())));
            List<ReceivedTrack> received = traffic.subscribers.stream().map(SubscriberPeer::finish).toList();
            assertThat(received).allSatisfy(each -> assertThat(each.duplicates()).isZero());
            var latency = received.getFirst().latency();
            received.stream().skip(1).forEach(each -> latency.add(each.latency()));
            System.out.printf("%d commands, %d lanes, %d objects: p50 %d us, p99 %d us%n", count, lanes, traffic.published(),
                    latency.getValueAtPercentile(50), latency.getValueAtPercentile(99));
        }
    }

    @ParameterizedTest
    @EnumSource(DeliveryMode.class)
    void modesChangeUnderTrafficAndNothingIsLost(DeliveryMode mode) throws Exception {
        try (RelayUnderTraffic traffic = relay(mode)) {
            for (int i = 0; i < SWITCHES; i++) {
                boolean kernel = i % 2 == 1;
                done("mode set " + (kernel ? "auto" : "userspace") + (i % 4 < 2 ? "" : " --track " + TRACK));
                assertThat(done("mode show").output()).containsPattern(TRACK + (kernel ? " +auto +kernel" : " +userspace +userspace"));
                String counter = kernel ? "copies.kernel" : "copies.userspace";
                long before = traffic.relay().statistics().getOrDefault(counter, 0L);
                await().until(() -> traffic.relay().statistics().getOrDefault(counter, 0L) > before + LANES);
            }
            PublishedTrack sent = traffic.stopPublishing();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(traffic.subscribers)
                    .as("of %d: %s", traffic.published(), traffic.relay().statistics())
                    .allSatisfy(each -> assertThat(each.received()).isEqualTo(traffic.published())));
            assertThat(traffic.subscribers.stream().map(SubscriberPeer::finish).map(ReceivedTrack::duplicates).collect(Collectors.toSet()))
                    .containsExactly(0L);
            assertThat(sent.failures()).isEmpty();
            assertThat(traffic.relay().statistics()).containsEntry("protocol_violations", 0L).containsEntry("tag_failures", 0L);
        }
    }
}
