// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.passall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.plan.MapEntries;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class PassAllProviderTests {
    @Test
    void isTheRelaysOwnDefault() {
        FanoutPolicy policy = new PassAllProvider().create(new PassAllProvider.Config());

        assertThat(policy).isSameAs(FanoutPolicy.passAll());
        assertThat(policy.plan(() -> List.of("default"))).contains(MapEntries.passAll());
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("pass-all");
    }
}
