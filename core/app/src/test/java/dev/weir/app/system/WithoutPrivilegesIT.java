// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.RequiresRoot;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A relay that may not load BPF programs, started as a service manager would: it serves from user space, says why in its health, and
/// writes its log as JSON.
@RequiresRoot
class WithoutPrivilegesIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void healthSaysWhyAndEveryLineOfTheLogIsJson() throws Exception {
        var behind = new ArrayList<>(List.of("env", "LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs", "WEIR_MANAGEMENT_PORT=0",
                "WEIR_MANAGEMENT_TOKEN_FILE=" + folder.resolve("token")));
        behind.addAll(BadInputIT.WITHOUT_PRIVILEGES);
        try (WeirProcess relay = WeirProcess.startBehind(behind, "serve", "--listen", "127.0.0.1:0");
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(relay.awaitLine("ready ")).endsWith("path userspace");
            List<JsonNode> log = relay.lines().stream().filter(line -> !line.startsWith("ready ")).map(JSON::readTree).toList();

            assertThat(log).isNotEmpty().allSatisfy(line -> {
                assertThat(line.path("@timestamp").asString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
                assertThat(line.path("log").path("level").asString()).isIn("INFO", "WARN");
                assertThat(line.path("message").asString()).isNotBlank();
            });
            assertThat(log).anySatisfy(line -> assertThat(line.path("message").asString()).startsWith("Copies are made in user space: "));
            String page = log.stream().map(line -> line.path("page").asString("")).filter(url -> !url.isEmpty()).findFirst().orElseThrow();
            HttpResponse<String> health =
                    client.send(HttpRequest.newBuilder(URI.create(page + "actuator/health")).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(health.statusCode()).isEqualTo(503);
            JsonNode bpf = JSON.readTree(health.body()).path("components").path("bpf");
            assertThat(bpf.path("status").asString()).isEqualTo("DOWN");
            assertThat(bpf.path("details").path("reason").asString()).contains("CAP_BPF");
        }
    }
}
