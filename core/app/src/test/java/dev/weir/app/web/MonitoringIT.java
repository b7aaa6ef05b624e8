// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.peer.Trust;
import dev.weir.engine.NewReno;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.LaneClassTable;
import dev.weir.engine.view.LaneStatus;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Metrics and page of a relay with the kernel path under traffic: one track in DATAGRAMs, one in streams, a policy that drops. The
/// last tests stop the traffic.
@RequiresRoot
@RequiresBpf
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitoringIT {
    private static final FullTrackName DATAGRAMS = FullTrackName.of("live/stage", "chat");
    private static final FullTrackName STREAMS = FullTrackName.of("live/camera", "video");
    private static final Pattern NAME = Pattern.compile("\\b(?:weir|jvm|process|system)_[a-z_]+\\b");

    @TempDir
    static Path folder;

    private static Topology topology;
    private static LocalRelay relay;
    private static Browser browser;
    private static final List<LiveTrack> TRACKS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        topology = Topology.create("wt-web", 2);
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        RelayServer server = topology.relay().call(() -> RelayServer.start(new RelayOptions(
                new InetSocketAddress(LiveTrack.PORT),
                certificate.keyStore(), DevelopmentCertificate.ALIAS, certificate.password(),
                PathMode.KERNEL, Duration.ofSeconds(2), 64 << 20, Duration.ofSeconds(30),
                new LaneClassTable(List.of(
                        new LaneClassTable.LaneClass("desk", List.of("10.77.1.0/24")),
                        new LaneClassTable.LaneClass("mobile", List.of()))),
                null, RelayOptions.DEFAULT_RING_BYTES, NewReno::new)));
        relay = new LocalRelay(server, folder, Map.of());
        Trust trust = new Trust.Pinned(List.of(certificate.certificate()));
        TRACKS.add(LiveTrack.start(topology, DATAGRAMS, DeliveryMode.DATAGRAM, 4, 100, 300, trust));
        TRACKS.add(LiveTrack.start(topology, STREAMS, DeliveryMode.STREAM, 2, 100, 800, trust));
        browser = Browser.start(Files.createDirectories(folder.resolve("profile")));
        browser.open(relay.url());
        browser.awaitTrue("document.querySelector('#link').textContent === 'live'");
    }

    @AfterAll
    static void stop() {
        browser.close();
        TRACKS.forEach(LiveTrack::close);
        relay.close();
        topology.close();
    }

    private static Path document(String name) {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/reference/config.md"))) {
            root = root.getParent();
        }
        return root.resolve("docs").resolve(name);
    }

    private static Set<String> names(Pattern pattern, String text) {
        var result = new TreeSet<String>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            result.add(matcher.group());
        }
        return result;
    }

    private static Scrape scrape() throws Exception {
        return Scrape.of(relay.get("actuator/prometheus").body());
    }

    private static long number(String selector) {
        return Long.parseLong(browser.text(selector).replace(",", ""));
    }

    @Test
    @Order(1)
    void thePageShowsTheTracksAndWhoGetsThem() throws Exception {
        browser.awaitTrue("document.querySelectorAll('#tracks tbody tr').length === 2");
        browser.awaitTrue("document.querySelectorAll('#lanes-table tbody tr').length === 6");

        assertThat(browser.text("#tracks tbody")).contains("live/stage/chat", "live/camera/video", "kernel");
        assertThat(browser.text("#path")).isEqualTo("kernel path");
        browser.awaitTrue("Number.parseFloat(document.querySelector('#copy-rate').textContent) > 0");
        browser.awaitTrue("document.querySelector('#chart-copies canvas').width > 0");
        assertThat(relay.get(browser.evaluate("document.querySelector('footer a').getAttribute('href')").asString()).body())
                .contains("\"bpf\":{", "\"status\":\"UP\"");
    }

    @Test
    @Order(2)
    void withoutTheTokenNothingIsChanged() {
        browser.choose("#apply-policy", "priority-threshold");
        browser.click("#apply-button");

        browser.awaitTrue("document.querySelector('#answer').className === 'bad'");
        assertThat(browser.text("#answer")).contains("token");
        assertThat(relay.policies().assignments()).isEmpty();
    }

    @Test
    @Order(3)
    void aClickAppliesAPolicyAndTheDropsAppear() throws Exception {
        browser.type("#token", relay.token());
        browser.choose("#apply-policy", "priority-threshold");
        browser.type("#apply-tracks", "live/stage/chat");
        browser.choose("#apply-class", "desk");
        browser.type("#apply-settings", "default-limit=0");
        browser.click("#apply-button");

        browser.awaitTrue("document.querySelector('#answer').className === 'good'");
        browser.awaitTrue("document.querySelectorAll('#assignments tbody tr').length === 1");
        browser.awaitTrue("document.querySelector('#drops [data-reason=\"policy_priority\"]') !== null");
        assertThat(relay.policies().assignments()).singleElement().satisfies(each -> {
            assertThat(each.policy()).isEqualTo("priority-threshold");
            assertThat(each.classes()).containsExactly("desk");
            assertThat(each.configuration()).containsEntry("default-limit", "0");
        });
    }

    @Test
    @Order(4)
    void aSubscriberGetsAnotherClassOnThePage() {
        int desk = relay.relay().views().subscribers().stream()
                .filter(each -> each.laneClass().equals("desk")).findFirst().orElseThrow().id();

        browser.choose("#lanes-table tr[data-key='" + desk + "'] select", "mobile");

        await().atMost(Duration.ofSeconds(30)).until(() -> relay.relay().views().subscribers().stream()
                .anyMatch(each -> each.id() == desk && each.laneClass().equals("mobile")));
        browser.awaitTrue("document.querySelector('#answer').className === 'good'");
    }

    @Test
    @Order(5)
    void everyMetricOfDashboardAndAlertsIsInAScrape() throws Exception {
        Set<String> scraped = scrape().names();
        Set<String> wanted = names(NAME, Files.readString(document("monitoring/grafana/dashboards/weir.json")));
        wanted.addAll(names(NAME, Files.readString(document("monitoring/alerts.yml"))));

        assertThat(wanted).hasSizeGreaterThan(20);
        assertThat(scraped).containsAll(wanted);
    }

    @Test
    @Order(5)
    void theReferenceNamesEveryMetricAndNoOther() throws Exception {
        var documented = new TreeSet<String>();
        for (String line : Files.readAllLines(document("reference/metrics.md"))) {
            if (line.startsWith("| `weir_")) {
                documented.addAll(names(Pattern.compile("\\bweir_[a-z_]+\\b"), line.split("\\|")[1]));
            }
        }
        Set<String> scraped = new TreeSet<>(scrape().names());
        scraped.removeIf(name -> !name.startsWith("weir_"));

        assertThat(documented).isEqualTo(scraped);
    }

    @Test
    @Order(6)
    void looksGood() throws Exception {
        String target = System.getProperty("weir.screenshot", "");
        Path light = target.isEmpty() ? folder.resolve("light.png") : Path.of(target);
        browser.screenshot(light);
        browser.prefer(true);
        Path dark = folder.resolve("dark.png");
        browser.screenshot(dark);
        browser.prefer(false);

        assertThat(light).content(StandardCharsets.ISO_8859_1).startsWith("\u0089PNG");
        assertThat(Files.readAllBytes(dark)).as("the dark page").isNotEqualTo(Files.readAllBytes(light));
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean()).as("fits").isTrue();
    }

    @Test
    @Order(6)
    void aTableThatIsCutSaysSo() {
        String cut = "import('/js/tables.js').then(t => { t.showCut('lanes', %d, %d); const e = document.querySelector('#lanes-cut');"
                + " return e.hidden ? '' : e.textContent; })";

        assertThat(browser.evaluate(cut.formatted(200, 1300)).asString()).isEqualTo("The first 200 of 1,300.");
        assertThat(browser.evaluate(cut.formatted(6, 6)).asString()).isEmpty();
    }

    @Test
    @Order(7)
    void whenAllIsQuietPageMetricsAndCountersAgree() throws Exception {
        TRACKS.forEach(LiveTrack::pause);
        // Who is sent nothing leaves after half a minute.
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Map<String, Long> counts = relay.relay().statistics();
            assertThat(counts.get("outstanding.packets")).isZero();
            assertThat(number("#dropped-total")).isPositive();
            Scrape scrape = scrape();
            assertThat(scrape.sum("weir_copies_kernel_packets_total")).isEqualTo(counts.get("copies.kernel"));
            assertThat(scrape.sum("weir_copies_userspace_frames_total")).isEqualTo(counts.get("copies.userspace"));
            assertThat(scrape.sum("weir_dropped_total", "reason=\"policy\"")).isEqualTo(counts.get("dropped.policy"));
            assertThat(scrape.sum("weir_copies_total", "reason=\"policy_priority\"")).isEqualTo(counts.get("dropped.policy"));
            assertThat(number("#dropped-total")).isEqualTo(scrape.sum("weir_copies_total", "verdict=\"dropped\""));
            long kernel = 0;
            long user = 0;
            for (String track : List.of("live/stage/chat", "live/camera/video")) {
                String row = "#tracks tr[data-key='" + track + "'] td:nth-child(";
                assertThat(number(row + "6)")).isEqualTo(scrape.sum("weir_copies_total", "track=\"" + track + "\"", "path=\"kernel\"", "verdict=\"sent\""));
                kernel += number(row + "6)");
                user += number(row + "7)");
            }
            assertThat(kernel).isEqualTo(scrape.sum("weir_copies_total", "path=\"kernel\"", "verdict=\"sent\"")).isPositive();
            assertThat(user).isEqualTo(scrape.sum("weir_copies_total", "path=\"userspace\"", "verdict=\"sent\""));
            assertTilesAndLanes(scrape, counts);
            assertPolicy(scrape, counts);
            assertThat(browser.evaluate("document.querySelector('#drops').children.length").asInt()).isPositive();
            assertBars("drops", "dropped");
            assertBars("deferrals", "deferred");
        });
    }

    private static void assertTilesAndLanes(Scrape scrape, Map<String, Long> counts) {
        List<LaneStatus> lanes = relay.relay().views().lanes();
        assertThat(number("#subscribers")).as("%s", lanes).isEqualTo(scrape.sum("weir_subscribers")).isEqualTo(6);
        assertThat(number("#lanes")).as("%s", lanes).isEqualTo(scrape.sum("weir_class_lanes", "path=\"kernel\"")).isEqualTo(6);
        assertThat(number("#tracks-count")).isEqualTo(scrape.sum("weir_tracks")).isEqualTo(2);
        assertThat(lanes).hasSize(6).allSatisfy(lane -> {
            String row = "#lanes-table tr[data-key='" + lane.id() + "'] td:nth-child(";
            assertThat(browser.text(row + "2)")).isEqualTo(lane.address());
            assertThat(browser.evaluate("document.querySelector(\"" + row + "3) select\").value").asString()).isEqualTo(lane.laneClass());
            assertThat(number(row + "5)")).isEqualTo(lane.copiesByKernel());
            assertThat(number(row + "6)")).isEqualTo(lane.copiesByUserSpace());
        });
        assertThat(lanes.stream().mapToLong(LaneStatus::copiesByKernel).sum()).isEqualTo(counts.get("copies.kernel"));
    }

    private static void assertPolicy(Scrape scrape, Map<String, Long> counts) {
        String row = "#assignments tbody tr td:nth-child(";
        assertThat(number(row + "6)")).isEqualTo(scrape.sum("weir_policy_verdicts_total", "policy=\"priority-threshold\"", "verdict=\"forwarded\""));
        assertThat(number(row + "7)")).isEqualTo(scrape.sum("weir_policy_verdicts_total", "policy=\"priority-threshold\"", "verdict=\"dropped\""))
                .isEqualTo(counts.get("dropped.policy")).isPositive();
    }

    /// Every reason has its bar, and no other is there.
    private static void assertBars(String id, String verdict) {
        var expected = new TreeMap<String, Long>();
        relay.relay().views().copies().getLast().counts().stream().filter(each -> each.verdict().equals(verdict) && each.count() > 0)
                .forEach(each -> expected.merge(each.reason(), each.count(), Long::sum));
        var shown = new TreeMap<String, Long>();
        browser.evaluate("[...document.querySelectorAll('#" + id + " > div')].map(e => [e.dataset.reason, e.lastChild.textContent])").forEach(
                each -> shown.put(each.path(0).asString(), Long.parseLong(each.path(1).asString().replace(",", ""))));
        assertThat(shown).as(id).isEqualTo(expected);
    }

    @Test
    @Order(8)
    void aClickRemovesThePolicy() {
        browser.click("#assignments tbody tr button");

        await().atMost(Duration.ofSeconds(30)).until(() -> relay.policies().assignments().isEmpty());
        browser.awaitTrue("document.querySelector('#assignments').hidden");
    }

    @Test
    @Order(9)
    void thePageLoadedNothingFromElsewhereAndHadNothingToComplainOf() {
        assertThat(browser.urls()).hasSizeGreaterThan(5).allSatisfy(url -> assertThat(url).startsWith(relay.url()));
        // The request without the token was refused on purpose.
        assertThat(browser.complaints()).allSatisfy(each -> assertThat(each).contains("401"));
    }
}
