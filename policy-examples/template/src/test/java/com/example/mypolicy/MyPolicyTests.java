// SPDX-License-Identifier: Apache-2.0
package com.example.mypolicy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.mypolicy.MyPolicyProvider.Config;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import org.junit.jupiter.api.Test;

class MyPolicyTests {
    private final MyPolicyProvider provider = new MyPolicyProvider();

    /// Puts 100,000 generated questions to the Java hooks and to the program. Needs root; without it the test is skipped.
    @Test
    @RequiresBpf
    void javaAndKernelAgree() {
        PolicyConformance.of(provider.create(new Config(128)), () -> List.of("default", "mobile")).run();
    }

    @Test
    void limitsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(257)).isInstanceOf(PolicyConfigurationException.class);
    }
}
