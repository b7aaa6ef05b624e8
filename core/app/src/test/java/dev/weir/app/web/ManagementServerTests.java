// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.app.AppProperties.Management;
import dev.weir.app.relay.BadInputException;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.testkit.DevelopmentCertificate;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a relay says over HTTP, and what it refuses. The relay is one without the kernel.
class ManagementServerTests {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String APPLY = "{\"policy\": \"pass-all\", \"tracks\": \"live/**\"}";

    @TempDir
    static Path folder;

    private static LocalRelay relay;

    @BeforeAll
    static void start() throws Exception {
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        relay = new LocalRelay(
                RelayServer.start(RelayOptions.of(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        certificate.keyStore(), DevelopmentCertificate.ALIAS, certificate.password(), PathMode.USERSPACE)),
                folder, Map.of());
    }

    @AfterAll
    static void stop() {
        relay.close();
        assertThat(relay.tokenFile()).doesNotExist();
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    @Test
    void healthSaysWhyThereIsNoKernelPath() throws Exception {
        JsonNode health = json(relay.get("actuator/health"));

        assertThat(health.path("components").path("relay").path("status").asString()).isEqualTo("UP");
        JsonNode bpf = health.path("components").path("bpf");
        assertThat(bpf.path("status").asString()).isEqualTo("UNKNOWN");
        assertThat(bpf.path("details").path("reason").asString()).contains("--path userspace");
        assertThat(relay.get("actuator/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void infoNamesTheBuild() throws Exception {
        JsonNode info = json(relay.get("actuator/info"));

        assertThat(info.path("build").path("name").asString()).isEqualTo("weir");
        // Outside a jar there is no manifest; DistributionIT asks a relay that has one.
        assertThat(info.path("build").path("commit").asString()).isEqualTo("unknown");
        assertThat(info.path("java").path("version").asString()).isNotEmpty();
        assertThat(info.path("relay").path("path").asString()).isEqualTo("userspace");
    }

    @Test
    void metricsAreOursAndTheJavaRuntimes() throws Exception {
        HttpResponse<String> scrape = relay.get("actuator/prometheus");

        assertThat(scrape.statusCode()).isEqualTo(200);
        assertThat(scrape.body()).contains("weir_connections 0.0", "weir_kernel_path 0.0", "jvm_memory_used_bytes", "process_cpu_usage");
    }

    @ParameterizedTest
    @CsvSource({"actuator/env", "actuator/heapdump", "actuator/shutdown", "actuator/beans", "nothing"})
    void nothingElseIsServed(String path) throws Exception {
        HttpResponse<String> response = relay.get(path);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(json(response).path("error").asString()).contains("is not served here");
    }

    @Test
    void thePageMayLoadNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = relay.get("");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>Weir</title>").doesNotContain("http://", "https://", "style=");
        assertThat(page.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(policy ->
                assertThat(policy).contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'").doesNotContain("unsafe"));
    }

    @Test
    void aForeignNameForThisMachineIsRefused() throws Exception {
        URI address = URI.create(relay.url());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream().write("GET /page/state HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));

            assertThat(reader.readLine()).startsWith("HTTP/1.1 421");
            assertThat(reader.lines()).noneMatch(line -> line.contains("atMillis"));
        }
    }

    @Test
    void changesNeedTheToken() throws Exception {
        HttpResponse<String> without = relay.post("page/policy/apply", APPLY, "Content-Type", "application/json");
        HttpResponse<String> wrong =
                relay.post("page/policy/apply", APPLY, "Content-Type", "application/json", "X-Weir-Token", "0".repeat(40));

        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(json(without).path("error").asString()).contains("token", relay.tokenFile().toString());
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(relay.policies().assignments()).isEmpty();
        assertThat(Files.getPosixFilePermissions(relay.tokenFile())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aFormOfAnotherSiteCannotChangeAnything() throws Exception {
        // A browser sends these without asking first; a header of its own or this content type it asks for, and is refused.
        HttpResponse<String> form = relay.post("page/policy/apply", APPLY, "Content-Type", "text/plain", "X-Weir-Token", relay.token());

        assertThat(form.statusCode()).isEqualTo(415);
        assertThat(relay.policies().assignments()).isEmpty();
    }

    @Test
    void aLargeRequestIsNotEvenRead() throws Exception {
        String large = "{\"policy\": \"" + "x".repeat(RequestGuard.LARGEST_BODY) + "\"}";

        assertThat(relay.post("page/policy/apply", large, "Content-Type", "application/json").statusCode()).isEqualTo(413);
    }

    @Test
    void policiesAreAppliedAndRemovedWithTheToken() throws Exception {
        String[] headers = {"Content-Type", "application/json", "X-Weir-Token", relay.token()};
        JsonNode applied = json(relay.post("page/policy/apply", APPLY, headers));
        int id = applied.path("id").asInt();

        assertThat(relay.policies().assignments()).singleElement().satisfies(each -> assertThat(each.id()).isEqualTo(id));
        assertThat(relay.get("page/state").body()).contains("\"tracks\":\"live/**\"");
        assertThat(relay.post("page/policy/remove", "{\"id\": " + id + "}", headers).statusCode()).isEqualTo(200);
        assertThat(relay.policies().assignments()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            policy/apply  | {"policy": "nope", "tracks": "**"}         | 422 | nope
            policy/apply  | {"tracks": "**"}                           | 422 | 'policy'
            policy/apply  | {"policy": "pass-all", "tracks": " "}      | 422 | 'tracks'
            policy/apply  | [                                          | 400 | JSON
            policy/remove | {"id": 99}                                 | 422 | 99
            policy/remove | {"id": "x"}                                | 400 | JSON
            policy/remove | {}                                         | 422 | 'id'
            class/set     | {"subscriber": 7, "laneClass": "default"}  | 422 | 7
            class/set     | {"subscriber": 7, "laneClass": "nope"}     | 422 | nope
            class/set     | {"subscriber": 7}                          | 422 | 'laneClass'
            """)
    void whatCannotBeDoneIsSaidInASentence(String path, String body, int status, String named) throws Exception {
        HttpResponse<String> response =
                relay.post("page/" + path, body, "Content-Type", "application/json", "X-Weir-Token", relay.token());

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).path("error").asString()).contains(named).endsWith(".");
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsKey() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var properties = new Management(String.valueOf(taken.getLocalPort()), "127.0.0.1", folder.resolve("other"), 20);

            assertThatThrownBy(() -> ManagementServer.start(relay.parent(), properties, relay.relay(), relay.policies()))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("TCP port " + taken.getLocalPort())
                    .hasMessageContaining("weir.management.port");
            assertThat(folder.resolve("other")).doesNotExist();
        }
    }

    @Test
    void canBeSwitchedOff() {
        var properties = new Management("off", "127.0.0.1", folder.resolve("other"), 20);

        assertThat(ManagementServer.start(relay.parent(), properties, relay.relay(), relay.policies())).isNull();
    }

    @Test
    void theDefaultPortIsTheRelays() {
        assertThat(ManagementServer.port("same", 4433)).isEqualTo(4433);
        assertThat(ManagementServer.port("9000", 4433)).isEqualTo(9000);
        assertThat(ManagementServer.port("off", 4433)).isNegative();
    }
}
