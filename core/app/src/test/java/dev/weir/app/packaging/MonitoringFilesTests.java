// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.Reference;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// docker-compose.yml, Prometheus' configuration and Grafana's provisioning name each other's files, services and ports. (Grafana itself is
/// not on the machines that build; Prometheus is asked by ComposeIT.)
class MonitoringFilesTests {
    private static final Path ROOT = Reference.root();
    private static final JsonMapper JSON = new JsonMapper();

    private static JsonNode yaml(String file) throws IOException {
        try (Reader reader = Files.newBufferedReader(ROOT.resolve(file))) {
            return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(reader));
        }
    }

    private static JsonNode service(String name) throws IOException {
        JsonNode service = yaml("docker-compose.yml").path("services").path(name);
        assertThat(service.isObject()).as(name).isTrue();
        return service;
    }

    /// Mounts of files of the sources, by their place in the container.
    private static Map<String, Path> mounts(String service) throws IOException {
        return service(service).path("volumes").valueStream().map(JsonNode::asString).filter(mount -> mount.startsWith("./"))
                .map(mount -> mount.split(":"))
                .collect(Collectors.toMap(parts -> parts[1], parts -> ROOT.resolve(parts[0]).normalize()));
    }

    @Test
    void grafanaFindsItsProvisioningAndTheDashboard() throws IOException {
        Map<String, Path> mounts = mounts("grafana");
        String dashboards = yaml("docs/monitoring/grafana/provisioning/dashboards/weir.yml")
                .path("providers").path(0).path("options").path("path").asString();

        assertThat(mounts.get("/etc/grafana/provisioning").resolve("datasources/prometheus.yml")).isNotEmptyFile();
        assertThat(mounts.get("/etc/grafana/provisioning").resolve("dashboards/weir.yml")).isNotEmptyFile();
        assertThat(mounts.get(dashboards)).as(dashboards).isNotNull();
        assertThat(mounts.get(dashboards).resolve("weir.json")).isNotEmptyFile();
    }

    @Test
    void grafanaAsksThePrometheusOfTheSetUp() throws IOException {
        JsonNode source = yaml("docs/monitoring/grafana/provisioning/datasources/prometheus.yml").path("datasources").path(0);
        String variable = source.path("url").asString();
        assertThat(variable).matches("\\$[A-Z_]+");

        JsonNode url = service("grafana").path("environment").path(variable.substring(1));
        assertThat(url.asString()).isEqualTo("http://prometheus:9090");
        assertThat(service("prometheus").path("ports").path(0).asString()).endsWith(":9090");
        assertThat(ROOT.resolve("docs/guides/monitoring.md")).content().contains(variable.substring(1) + "=http://127.0.0.1:9090");
    }

    @Test
    void theDashboardIsOneThatGrafanaTakes() throws IOException {
        JsonNode dashboard = JSON.readTree(ROOT.resolve("docs/monitoring/grafana/dashboards/weir.json").toFile());
        JsonNode source = yaml("docs/monitoring/grafana/provisioning/datasources/prometheus.yml").path("datasources").path(0);

        assertThat(dashboard.path("panels").size()).isGreaterThan(10);
        assertThat(dashboard.path("panels")).allSatisfy(panel -> {
            assertThat(panel.path("datasource").path("uid").asString()).isEqualTo(source.path("uid").asString());
            assertThat(panel.path("targets")).isNotEmpty().allSatisfy(target -> assertThat(target.path("expr").asString()).isNotBlank());
        });
        assertThat(dashboard.path("panels")).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"prometheus.yml, 127.0.0.1:4433", "prometheus-compose.yml, relay:4433"})
    void prometheusScrapesTheRelay(String file, String target) throws IOException {
        JsonNode prometheus = yaml("docs/monitoring/" + file);
        JsonNode job = prometheus.path("scrape_configs").path(0);

        assertThat(job.path("metrics_path").asString()).isEqualTo("/actuator/prometheus");
        assertThat(job.path("static_configs").path(0).path("targets").valueStream().map(JsonNode::asString)).containsExactly(target);
        assertThat(prometheus.path("rule_files").valueStream().map(JsonNode::asString))
                .isNotEmpty().allSatisfy(rules -> assertThat(ROOT.resolve("docs/monitoring").resolve(rules)).isNotEmptyFile());
        assertThat(ROOT.resolve("docs/monitoring/alerts.yml")).content().contains("up{job=\"" + job.path("job_name").asString() + "\"}");
    }

    @Test
    void thePrometheusOfTheSetUpReadsThatConfiguration() throws IOException {
        List<String> command = service("prometheus").path("command").valueStream().map(JsonNode::asString).toList();
        String file = command.stream().filter(word -> word.startsWith("--config.file=")).findFirst().orElseThrow().substring("--config.file=".length());
        Path place = Path.of(file);

        assertThat(mounts("prometheus").get(place.getParent().toString()).resolve(place.getFileName())).isNotEmptyFile();
        assertThat(service("relay").path("environment").path("WEIR_MANAGEMENT_ADDRESS").asString()).isEqualTo("0.0.0.0");
    }
}
