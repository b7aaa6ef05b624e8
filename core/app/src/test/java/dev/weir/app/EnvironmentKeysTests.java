// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentKeysTests {
    @ParameterizedTest
    @ValueSource(strings = {
        "WEIR_CACHE_BYTES", "WEIR_CACHEBYTES", "WEIR_MANAGEMENT_PORT", "WEIR_MANAGEMENT_TOKEN_FILE", "WEIR_CLASSES_0_NAME",
        "WEIR_CLASSES_12_ADDRESSES_0", "WEIR_ASSIGNMENTS_0_CONFIGURATION_LIMIT", "WEIR_POLICIES_RATEBUDGET_RATE",
        "WEIR_PLUGINS_ALLOWEDSHA256", "WEIR_SKIP_BUILD", "PATH", "MY_WEIR_KEY"})
    void takesSettingsAndWhatIsNotOurs(String name) {
        assertThat(EnvironmentKeys.problem(List.of(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"WEIR_CASH_BYTES", "WEIR_MANAGEMENT", "WEIR_CLASSES_NAME", "WEIR_", "WEIR_FAN_ENABLED_X"})
    void namesWhatIsNoSetting(String name) {
        assertThat(EnvironmentKeys.problem(List.of("PATH", name))).contains(name + " is no setting").endsWith(".");
    }

    @Test
    void takesWhatTheLauncherReads() throws Exception {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("weir"))) {
            folder = folder.getParent();
        }
        List<String> named = Pattern.compile("\\bWEIR_[A-Z_]+").matcher(Files.readString(folder.resolve("weir")))
                .results().map(MatchResult::group).distinct().toList();

        assertThat(named).contains("WEIR_SKIP_BUILD", "WEIR_JAVA_OPTIONS");
        assertThat(EnvironmentKeys.problem(named)).isEmpty();
    }
}
