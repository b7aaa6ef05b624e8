// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.examples.hello.HelloPolicyProvider.Config;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelloPolicyProviderTests {
    private final HelloPolicyProvider provider = new HelloPolicyProvider();

    @Test
    @RequiresBpf
    void javaAndKernelAgree() {
        ConformanceReport report =
                PolicyConformance.of(provider.create(new Config(128)), () -> List.of("default")).run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.TABLES);
    }

    @Test
    void limitIsThatOfDroppableFramesIfNotConfigured() {
        assertThat(new Config(null)).isEqualTo(new Config(192));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 257})
    void limitsOutOfRangeAreRefused(int limit) {
        assertThatThrownBy(() -> new Config(limit))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("0 (nothing passes) to 256");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("hello");
    }
}
