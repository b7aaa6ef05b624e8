// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The distribution does, from a clean folder and without Maven and clang, what a clone does.
@RequiresRoot
@RequiresBpf
class DistributionIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    static Path directory;

    private static Distribution distribution;

    @BeforeAll
    static void unpack() throws IOException {
        distribution = Distribution.unpack(directory);
    }

    @AfterAll
    static void remove() throws IOException {
        distribution.close();
    }

    @Test
    void hasLauncherJarsObjectsPoliciesAndLicences() throws IOException {
        assertThat(distribution.root().resolve("weir")).isExecutable();
        assertThat(distribution.root().resolve("bpf/weir_ingress.bpf.o")).isNotEmptyFile();
        assertThat(distribution.root().resolve("include/weir/policy.h")).isNotEmptyFile();
        assertThat(names("app/plugins")).contains("weir-plugin-priority-threshold.jar").hasSizeGreaterThanOrEqualTo(10);
        assertThat(names("LICENSES")).contains("LGPL-3.0-or-later.txt");
        assertThat(names("app/lib")).as("what tests need").noneMatch(name -> name.matches("(assertj|junit|archunit|byte-buddy).*"));
    }

    @Test
    void namesEveryLibraryInItsBillOfMaterialsAndItsLicences() throws IOException {
        JsonNode sbom = JSON.readTree(distribution.root().resolve("sbom.json").toFile());
        assertThat(sbom.path("bomFormat").asString()).isEqualTo("CycloneDX");
        List<String> components = sbom.path("components").valueStream()
                .map(each -> each.path("name").asString() + "-" + each.path("version").asString()).toList();
        String licences = Files.readString(distribution.root().resolve("THIRD-PARTY.txt"));
        for (String library : names("app/lib")) {
            assertThat(components).as(library).anyMatch(library::startsWith);
            if (!library.startsWith("weir-")) {
                String artifact = library.replaceFirst("-[0-9].*", "");
                assertThat(licences).contains(":" + artifact + ":");
            }
        }
    }

    /// Texts of Apache-2.0 and LGPL-3.0 are Weir's own LICENSE and LICENSES; what else a library has must be there for it.
    @Test
    void hasTheLicenceTextOfEveryLibrary() throws IOException {
        List<String> lines = Files.readAllLines(distribution.root().resolve("THIRD-PARTY.txt"));
        List<String> alone = names("third-party").stream().filter(name -> name.endsWith(".txt")).map(name -> name.replace(".txt", "-")).toList();
        for (String library : names("app/lib")) {
            String artifact = library.replaceFirst("-[0-9].*", "");
            boolean isKnown = library.startsWith("weir-") || alone.stream().anyMatch(library::startsWith)
                    || lines.stream().anyMatch(line -> line.contains(":" + artifact + ":") && line.matches(".*\\((?:The )?(?:Apache|GNU Lesser).*"));
            assertThat(isKnown || hasText(library.replace(".jar", "-jar"))).as(library).isTrue();
        }
        assertThat(hasText("uplot-1.6.30-jar")).as("the text of the page's library").isTrue();
        assertThat(alone).contains("jline-", "logback-", "siphash-");
    }

    private static boolean hasText(String folder) throws IOException {
        Path texts = distribution.root().resolve("third-party").resolve(folder);
        if (!Files.isDirectory(texts)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(texts)) {
            return files.anyMatch(file -> Files.isRegularFile(file) && file.toFile().length() > 0);
        }
    }

    @Test
    void answersFromItsStartCacheWhenACommandHasRunOnce() throws IOException {
        CommandResult first = distribution.run(LIMIT, "policy", "list");
        CommandResult second = distribution.run(LIMIT, "policy", "list");

        assertThat(first.exitCode()).isEqualTo(1);
        assertThat(first.errors()).contains("Preparing fast starts", "error: No relay");
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.errors()).startsWith("error: No relay").doesNotContain("Preparing", "warning");
        try (Stream<Path> cache = Files.list(distribution.cache().resolve("weir"))) {
            assertThat(cache).filteredOn(file -> file.toString().endsWith(".aot")).singleElement()
                    .satisfies(file -> assertThat(Files.size(file)).isGreaterThan(1_000_000));
        }
    }

    @Test
    void aRelayStartsFromACacheOfItsOwnAndAnswers() throws Exception {
        CommandResult warm = distribution.run(LIMIT, "warm-up");
        assertThat(warm.exitCode()).as("%s", warm).isZero();
        assertThat(warm.errors()).containsPattern("Made .*/start-\\w+\\.aot").containsPattern("Made .*/serve-\\w+\\.aot");
        Path control = directory.resolve("control.sock");
        Path output = directory.resolve("serve.out");
        long began = System.nanoTime();
        Process relay = new ProcessBuilder(distribution.commandLine(
                        "serve", "--listen", "127.0.0.1:0", "--path", "userspace", "--control", control.toString()))
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            await().atMost(LIMIT).until(() -> !relay.isAlive() || Files.readString(output).contains("ready "));
            assertThat(output).content().contains("ready 127.0.0.1:");
            long ready = System.nanoTime() - began;

            assertInfo(Files.readString(output));
            assertThat(Path.of("/proc/" + relay.pid() + "/maps")).content().containsPattern("/serve-\\w+\\.aot");
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long asked = System.nanoTime();
                CommandResult status = distribution.run(LIMIT, "relay", "status", "--relay-control", control.toString());
                best = Math.min(best, System.nanoTime() - asked);
                assertThat(status.exitCode()).as("%s", status).isZero();
                assertThat(status.output()).contains("serving", "userspace");
            }
            // A limit would fail on a busy machine; docs/guides/install.md has figures of a quiet one.
            System.out.printf("ready after %d ms; 'relay status' took %d ms, best of five%n", ready / 1_000_000, best / 1_000_000);
        } finally {
            relay.destroy();
        }
        assertThat(relay.waitFor()).isZero();
    }

    /// A relay says what it was built from.
    private static void assertInfo(String output) throws Exception {
        Matcher page = Pattern.compile("page=\"(http[^\"]+)\"").matcher(output);
        assertThat(page.find()).as(output).isTrue();
        try (HttpClient client = HttpClient.newHttpClient()) {
            JsonNode build = JSON.readTree(client.send(HttpRequest.newBuilder(URI.create(page.group(1) + "actuator/info")).build(),
                    HttpResponse.BodyHandlers.ofString()).body()).path("build");
            assertThat(build.path("commit").asString()).matches("[0-9a-f]{12}(-dirty)?");
            assertThat(build.path("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        }
    }

    @Test
    void saysThatTestsAndPackagesAreMadeFromSources() {
        assertThat(List.of(distribution.run(LIMIT, "test"), distribution.run(LIMIT, "package")))
                .allSatisfy(result -> {
                    assertThat(result.exitCode()).isEqualTo(1);
                    assertThat(result.errors()).contains("needs Weir's sources").contains("run it in a clone");
                });
    }

    @Test
    void runsTheDemoFromACleanFolder() {
        Path json = directory.resolve("demo.json");
        CommandResult demo = distribution.run(LIMIT,
                "demo", "--path", "kernel", "--subscribers", "2", "--seconds", "2", "--json", json.toString());

        assertThat(demo.exitCode()).as("%s", demo).isZero();
        assertThat(JSON.readTree(json.toFile()).path("runs").values()).hasSize(2).allSatisfy(run -> {
            assertThat(run.path("copies").path("kernel").asLong()).isPositive();
            assertThat(run.path("per_subscriber").values()).hasSize(2)
                    .allSatisfy(subscriber -> assertThat(subscriber.path("sha256_equal").asBoolean()).isTrue());
        });
    }

    private static List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(distribution.root().resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
