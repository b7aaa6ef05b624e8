// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.PolicyEndpoints;
import dev.weir.app.control.RelayEndpoints;
import dev.weir.app.control.StatsEndpoints;
import dev.weir.app.relay.RelayEnd;
import dev.weir.app.system.Books;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.RelayProcess;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Scrapes of the metrics and commands during traffic change nothing in what is delivered. Windows with them and quiet ones take
/// turns on the same connections; what both had in latency is printed, with the median over the pairs of the ratio of their p99. The
/// relay and who scrapes it, curl, are processes of their own.
///
/// Long form: `-Dweir.observe.lanes=64 -Dweir.observe.pairs=10 -Dweir.observe.seconds=50 -Dweir.observe.quiet=10
/// -Dweir.observe.scrapes=100000 -Dweir.observe.commands=1000`. The relay takes 200 scrapes a second.
@RequiresRoot
@RequiresBpf
class ObservationIT {
    private static final int LANES = Integer.getInteger("weir.observe.lanes", 16);
    private static final int PAIRS = Integer.getInteger("weir.observe.pairs", 2);
    private static final int SECONDS = Integer.getInteger("weir.observe.seconds", 1);
    private static final int QUIET_SECONDS = Integer.getInteger("weir.observe.quiet", SECONDS);
    private static final int SCRAPES = Integer.getInteger("weir.observe.scrapes", 500);
    private static final int COMMANDS = Integer.getInteger("weir.observe.commands", 100);
    private static final int RATE = Integer.getInteger("weir.observe.rate", 100);
    private static final int SIZE = 600;
    private static final int PAGE = 9464;
    private static final FullTrackName TRACK = FullTrackName.of("observed", "track");

    @TempDir
    Path folder;

    private final AtomicReference<Histogram> window = new AtomicReference<>(new ConcurrentHistogram(3));
    private final Histogram scrapeMicros = new Histogram(3);

    /// A command with its arguments.
    record Question(String command, Map<String, ?> arguments) {}

    /// Two windows, one after the other.
    private record Pair(Histogram quiet, Histogram observed) {
        double ratio() {
            return (double) observed.getValueAtPercentile(99) / quiet.getValueAtPercentile(99);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private Histogram measure(Work work) throws Exception {
        var fresh = new ConcurrentHistogram(3);
        window.set(fresh);
        work.run();
        return fresh;
    }

    private static void quiet() throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(QUIET_SECONDS)); // the window
    }

    /// Asks as often as this window's share is, at a steady pace.
    private static void repeat(int times, Work work) throws Exception {
        long begin = System.nanoTime();
        long length = TimeUnit.SECONDS.toNanos(SECONDS);
        for (int i = 0; i < times; i++) {
            long early = begin + length * i / times - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            work.run();
        }
    }

    private void observe(NetworkNamespace machine, Path socket, List<Question> questions) throws Exception {
        var commands = CompletableFuture.runAsync(() -> unchecked(() -> {
            var next = questions.iterator();
            repeat(questions.size(), () -> {
                Question question = next.next();
                assertThat(ControlClient.call(socket, question.command, question.arguments).isObject()).as("%s", question).isTrue();
            });
        }), task -> Thread.ofPlatform().name("commands").start(task));
        int scrapes = SCRAPES / PAIRS;
        // A fragment is not sent: the same page so many times, each as long after the last one as makes the window full.
        CommandResult scraped = CommandResult.run(Duration.ofSeconds(SECONDS + 60), machine.commandLine(
                "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download} %{time_total}\\n",
                "--rate", scrapes / SECONDS + "/s", "http://127.0.0.1:" + PAGE + "/actuator/prometheus#[1-" + scrapes + "]"));
        List<String[]> each = scraped.output().lines().map(line -> line.split(" ")).toList();
        assertThat(each).as("%s", scraped.errors()).hasSize(scrapes).allSatisfy(one -> {
            assertThat(one[0]).isEqualTo("200");
            assertThat(Long.parseLong(one[1])).isGreaterThan(1000);
        });
        each.forEach(one -> scrapeMicros.recordValue((long) (Double.parseDouble(one[2]) * 1e6)));
        commands.get(SECONDS + 60, TimeUnit.SECONDS);
    }

    private static void unchecked(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Every command that only looks.
    static List<Question> questions(Path socket, FullTrackName track) {
        int subscriber = ControlClient.call(socket, "subscriber list", Map.of()).path("subscribers").path(0).path("id").asInt();
        int publisher = ControlClient.call(socket, "publisher list", Map.of()).path("publishers").path(0).path("id").asInt();
        var result = new ArrayList<Question>();
        for (String command : List.of("relay status", "track list", "subscriber list", "publisher list", "lane list", "class list", "mode show",
                "policy list", "policy stats", "bpf status", "bpf programs", "bpf maps", "bpf counters", "bpf log", "stats show", "stats audit", "top")) {
            result.add(new Question(command, Map.of()));
        }
        result.add(new Question("track show", Map.of("track", track.toString())));
        result.add(new Question("subscriber show", Map.of("subscriber", subscriber)));
        result.add(new Question("publisher show", Map.of("publisher", publisher)));
        result.add(new Question("lane show", Map.of("lane", subscriber)));
        result.add(new Question("policy show", Map.of("policy", "priority-threshold")));
        result.add(new Question("policy log", Map.of("policy", "priority-threshold")));
        result.add(new Question("policy explain", Map.of("subscriber", subscriber)));
        return result;
    }

    @Test
    void scrapesAndCommandsChangeNothingInWhatIsDelivered() throws Exception {
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        DevelopmentCertificate.PemFiles files = certificate.writePem(folder);
        Trust trust = new Trust.Pinned(List.of(certificate.certificate()));
        Path control = folder.resolve("control.sock");
        try (Topology topology = Topology.create("wt-observe", 2);
                RelayProcess relay = RelayProcess.start(topology.relay().commandLine("env", "WEIR_MANAGEMENT_PORT=" + PAGE),
                        RelayPath.KERNEL, files.certificate(), files.key(), folder, "--control", control.toString());
                LiveTrack track = LiveTrack.start(topology, TRACK, DeliveryMode.DATAGRAM, LANES, RATE, SIZE, trust,
                        (location, priority, payload, micros) -> window.get().recordValue(micros), null)) {
            List<Question> all = questions(control, TRACK);
            measure(() -> observe(topology.relay(), control, all)); // what runs for the first time is slow
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                var questions = new ArrayList<Question>();
                while (questions.size() < COMMANDS / PAIRS) {
                    questions.add(all.get((i + questions.size()) % all.size()));
                }
                boolean quietFirst = i % 2 == 0;
                Histogram first = measure(quietFirst ? ObservationIT::quiet : () -> observe(topology.relay(), control, questions));
                Histogram second = measure(quietFirst ? () -> observe(topology.relay(), control, questions) : ObservationIT::quiet);
                pairs.add(quietFirst ? new Pair(first, second) : new Pair(second, first));
            }
            window.set(new ConcurrentHistogram(3));
            track.end();
            assertDelivered(track);
            Books.assertBalanced(control);
            RelayStatistics statistics = relay.statistics();
            assertThat(statistics.get("protocol_violations") + statistics.get("tag_failures")).as("%s", statistics).isZero();
            assertThat(statistics.get("copies.kernel")).isPositive();
            print(pairs);
        }
    }

    static Map<String, Function<JsonNode, Object>> commands(LocalRelay relay, RelayEnd end) {
        var commands = new HashMap<>(PolicyEndpoints.of(relay.policies()));
        commands.putAll(RelayEndpoints.of(relay.relay(), relay.policies(), end));
        commands.putAll(StatsEndpoints.of(relay.relay()));
        return commands;
    }

    private static void assertDelivered(LiveTrack track) {
        long published = track.published();
        await().atMost(Duration.ofSeconds(30)).until(() -> track.subscribers().stream().allMatch(each -> each.received() >= published));
        List<ReceivedTrack> received = track.subscribers().stream().map(SubscriberPeer::finish).toList();
        assertThat(received).allSatisfy(each -> {
            assertThat(each.objects()).hasSize(Math.toIntExact(published));
            assertThat(each.corrupt()).isZero();
            assertThat(each.duplicates()).isZero();
        });
    }

    private void print(List<Pair> pairs) {
        System.out.printf("%d lanes, %d objects/s; %d scrapes (p50 %d us, p99 %d us) and %d commands in %d windows of %d s, quiet ones of %d s%n", LANES, RATE, SCRAPES,
                scrapeMicros.getValueAtPercentile(50), scrapeMicros.getValueAtPercentile(99), COMMANDS, PAIRS, SECONDS, QUIET_SECONDS);
        pairs.forEach(pair -> System.out.printf("quiet p50 %d p99 %d, observed p50 %d p99 %d us, ratio of p99 %.2f%n",
                pair.quiet.getValueAtPercentile(50), pair.quiet.getValueAtPercentile(99), pair.observed.getValueAtPercentile(50),
                pair.observed.getValueAtPercentile(99), pair.ratio()));
        double[] ratios = pairs.stream().mapToDouble(Pair::ratio).sorted().toArray();
        System.out.printf("median ratio of p99 %.3f%n", (ratios[(ratios.length - 1) / 2] + ratios[ratios.length / 2]) / 2);
    }
}
