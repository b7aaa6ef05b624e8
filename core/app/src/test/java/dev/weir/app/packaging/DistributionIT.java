// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
