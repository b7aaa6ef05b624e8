// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.AppProperties;
import dev.weir.app.WeirApplication;
import dev.weir.app.system.Books;
import dev.weir.app.trace.QlogSchema;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final int MANY_LANES = 64;
    private static final String JSON_WANTED = " --output json";
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

    /// What a command answers. `ID` stands for a subscriber, `OTHER` for another one, `PUB` for the publisher, `LANES` for their
    /// number, `FOLDER` for a folder.
    ///
    /// @param pattern of the answer for people, or of the JSON if the line asks for that
    /// @param isRepeatable whether the same line may follow with `--output json`
    private record Expected(String line, String pattern, boolean isRepeatable) {}

    private static Expected always(String line, String pattern) {
        return new Expected(line, pattern, true);
    }

    private static Expected once(String line, String pattern) {
        return new Expected(line, pattern, false);
    }

    private static final String REFUSAL = "register with unbounded min value is not allowed";

    private static final List<Expected> EXPECTED = List.of(
            always("relay status", "path +kernel\\R.*lease +\\d+ of 200 ms left\\R.*connections +\\d+: 1 publishers, LANES subscribers"),
            always("track list", TRACK + " +established +kernel +auto"),
            always("track show " + TRACK, "path +kernel.*subscribers +LANES, LANES active, LANES with a lane"),
            always("subscriber list", "ID +10\\.77\\.\\d\\.2 port \\d+ +default +kernel"),
            always("subscriber show ID", "class +default.*" + TRACK + " +active +pass-all.*congestion window"),
            always("subscriber class set ID default", "subscriber ID is of class default"),
            always("class set ID default", "subscriber ID is of class default"),
            always("class list", "default"),
            always("publisher list", "PUB +10\\.77\\.0\\.2 port \\d+.*yes"),
            always("publisher show PUB", "opens its packets, entry 0.*" + TRACK),
            always("lane list", "ID +10\\.77\\.\\d\\.2 port \\d+ +kernel"),
            always("lane show ID", "MAX_STREAMS.*max_datagram_frame_size.*packet size.*lease.*generation"),
            always("mode show", "mode of the relay: auto.*" + TRACK + " +auto +kernel +LANES +LANES"),
            always("mode set userspace", "the mode of all tracks is userspace"),
            always("mode show", TRACK + " +userspace +userspace"),
            always("mode set kernel --track " + TRACK, "the mode of " + TRACK + " is kernel"),
            always("mode show", TRACK + " +kernel +kernel"),
            always("mode set kernel", "the mode of all tracks is kernel"),
            always("mode show", "mode of the relay: kernel.*" + TRACK + " +kernel +kernel"),
            always("mode set auto", "the mode of all tracks is auto"),
            always("policy list", "priority-threshold +available"),
            always("policy show priority-threshold", "jar +weir-plugin-priority-threshold\\.jar"),
            always("policy log priority-threshold", "refused no program"),
            always("bpf log", "refused no program"),
            always("policy load FOLDER/reads-too-far.jar", "reads-too-far +available"),
            once("! policy apply reads-too-far **", "cannot be put in force, the kernel's verifier refuses its program"),
            always("policy log reads-too-far", REFUSAL),
            always("bpf log", "==== policy reads-too-far\\R.*(" + REFUSAL + ")"),
            once("policy apply priority-threshold ** --set default-limit=255", "assignment 1: priority-threshold \\(tables\\) in force for \\*\\*"),
            once("policy apply pass-all ** --output json", "\"id\" : \\d+"),
            always("policy stats", "pass-all +forwarded"),
            once("policy remove 2", "assignment 2 removed"),
            once("policy apply pass-all **", "assignment 3: pass-all"),
            once("policy remove 3 --output json", "\"removed\" : 3"),
            always("policy explain ID", "nothing stood in the way of an object|times something stood"),
            always("bpf status", "the tcx hook +yes.*makes its copies in the kernel"),
            always("bpf programs", "weir_ingress +\\d+ +[0-9a-f]{16}"),
            always("bpf maps", "lane_streams +hash +\\d+ +131072"),
            always("bpf counters", "kernel\\.count_copies +\\d+"),
            always("stats show", "copies\\.kernel +\\d+"),
            always("stats audit", "all +kernel copies +\\d+ +0 .*The books balance\\."),
            once("trace start FOLDER/one --connection ID", "tracing 1 connections to FOLDER/one"),
            once("trace stop", "\\d+ events of 1 connections are in FOLDER/one; 0 were left out"),
            once("trace start FOLDER/json --connection PUB --output json", "\"connections\" : 1"),
            once("trace stop --output json", "\"leftOut\" : 0"),
            always("top --once --interval 300", "LANES subscribers.*\\d+ copies/s.*" + TRACK + ".*bit/s"),
            once("subscriber kick ID --reason 'not paid'", "subscriber ID is disconnected"),
            once("subscriber kick OTHER --output json", "\"subscriber\" : OTHER"));

    private static final int KICKED = 2;

    /// What ends the relay.
    private static final List<Expected> ENDS = List.of(
            always("relay drain --seconds 3600", "draining: \\d+ subscriptions left, at most 3600 s"),
            always("relay stop", "stopping"));

    /// Every command that asks a relay, for people and for programs, while 64 lanes carry traffic; and nothing is lost by it.
    @Test
    void everyCommandAnswersWhileManyLanesCarryTraffic() throws Exception {
        RefusedPolicy.jar(folder);
        try (RelayUnderTraffic traffic = relay(DeliveryMode.DATAGRAM, MANY_LANES)) {
            var ran = new TreeSet<String>();
            JsonNode subscribers = done("subscriber list --output json").json().path("subscribers");
            Map<String, String> words = Map.of(
                    "\\bID\\b", subscribers.path(0).path("id").asString(),
                    "\\bOTHER\\b", subscribers.path(1).path("id").asString(),
                    "\\bPUB\\b", done("publisher list --output json").json().path("publishers").path(0).path("id").asString(),
                    "\\bLANES\\b", Integer.toString(MANY_LANES),
                    "\\bFOLDER\\b", folder.toString());
            EXPECTED.forEach(each -> check(each, words, ran));
            for (String line : List.of("track show no/such", "subscriber show 999", "subscriber kick 999", "publisher show 999",
                    "lane show 999", "policy show none", "policy explain 999", "mode set auto --track no/such")) {
                assertThat(run(line)).as(line).satisfies(outcome -> {
                    assertThat(outcome.code()).isEqualTo(1);
                    assertThat(outcome.error()).contains("There is no ").endsWith(".");
                });
            }
            try (var files = Files.list(folder.resolve("one"))) {
                assertThat(files).singleElement().asString().endsWith("-connection-" + words.get("\\bID\\b") + ".sqlog");
            }
            traffic.stopPublishing();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(traffic.subscribers)
                    .as("of %d: %s", traffic.published(), traffic.relay().statistics())
                    .filteredOn(each -> each.received() == traffic.published())
                    .hasSize(MANY_LANES - KICKED));
            Books.assertBalanced(traffic.relay()::audit);
            assertThat(traffic.relay().statistics()).containsEntry("protocol_violations", 0L);
            ENDS.forEach(each -> check(each, words, ran));
            assertThat(traffic.ended.await(30, TimeUnit.SECONDS)).as("the relay ends").isTrue();
            assertThat(traffic.subscribers.stream().map(SubscriberPeer::finish).map(ReceivedTrack::duplicates)).containsOnly(0L);

            var missing = new TreeSet<>(everyForm());
            missing.removeAll(ran);
            assertThat(missing).as("commands without a line here").isEmpty();
        }
    }

    private void check(Expected expected, Map<String, String> words, Set<String> ran) {
        String line = expected.line;
        String pattern = expected.pattern;
        for (Map.Entry<String, String> word : words.entrySet()) {
            line = line.replaceAll(word.getKey(), word.getValue());
            pattern = pattern.replaceAll(word.getKey(), word.getValue());
        }
        boolean mustFail = line.startsWith("! ");
        line = mustFail ? line.substring(2) : line;
        Outcome outcome = mustFail ? run(line) : done(line);
        assertThat(outcome.code()).as(line).isEqualTo(mustFail ? 1 : 0);
        assertThat(mustFail ? outcome.error() : outcome.output()).as(line).containsPattern(Pattern.compile(pattern, Pattern.DOTALL))
                .as("no colours where there is no terminal").doesNotContain("\033");
        String name = commands.command(Words.of(line)).getName();
        ran.add(name + (line.endsWith(JSON_WANTED) ? JSON_WANTED : ""));
        if (expected.isRepeatable) {
            assertThat(done(line + JSON_WANTED).json().isObject()).as(line).isTrue();
            ran.add(name + JSON_WANTED);
        }
    }

    /// All commands that ask a relay, and their forms for programs.
    private List<String> everyForm() {
        List<Command> asking = commands.all().stream()
                .filter(PromptCommands::hasControl)
                .toList();
        assertThat(asking).as("every one can answer in JSON").allSatisfy(command ->
                assertThat(command.getOptions()).as(command.getName()).anyMatch(option -> option.longName().equals("output")));
        return asking.stream().map(Command::getName).flatMap(name -> Stream.of(name, name + JSON_WANTED)).toList();
    }

    /// What asks no relay is tested elsewhere: in CompareIT, ImpairIT and ShellProcessIT.
    @Test
    void otherCommandsOfThePromptAreFew() {
        commands = new PromptCommands(context.getBean(LineRunner.class), context.getBean(CommandRegistry.class), folder);
        assertThat(commands.all()).filteredOn(command -> !PromptCommands.hasControl(command)).extracting(Command::getName)
                .containsExactly("compare run", "compare show", "impair", "impair proxy");
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

    @ParameterizedTest
    @EnumSource(DeliveryMode.class)
    void tracesEveryConnectionWithTheKernelsCopies(DeliveryMode mode) throws Exception {
        try (RelayUnderTraffic traffic = relay(mode)) {
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
                    kernel += checkTrace(file, mode);
                }
            }
            assertThat(kernel).as("kernel copies").isGreaterThan(RATE);
        }
    }

    /// @return the kernel's copies in it
    private static int checkTrace(Path file, DeliveryMode mode) throws IOException {
        List<JsonNode> records = Files.readString(file).lines().map(line -> {
            assertThat(line).startsWith("\u001e");
            return JSON.readTree(line.substring(1));
        }).toList();
        QlogSchema.check(records);
        List<JsonNode> sent = records.stream().filter(each -> each.path("name").asString().equals("transport:packet_sent")).toList();
        assertThat(sent).extracting(each -> each.path("data").path("header").path("packet_number").asLong()).doesNotHaveDuplicates();
        assertThat(records).anySatisfy(each -> assertThat(each.path("name").asString()).isEqualTo("transport:packet_received"));
        List<JsonNode> kernel = sent.stream().filter(each -> each.path("data").path("weir_path").asString().equals("kernel")).toList();
        assertThat(kernel).allSatisfy(each -> assertThat(each.path("data").path("frames").path(0).path("frame_type").asString())
                .isEqualTo(mode.name().toLowerCase(Locale.ROOT)));
        return kernel.size();
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
