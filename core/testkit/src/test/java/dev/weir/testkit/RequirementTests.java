// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RequirementTests {
    @Test
    void runsTheTestWhenNothingIsMissing() {
        assertThat(Requirement.result(null, true).isDisabled()).isFalse();
    }

    @Test
    void skipsWithTheReasonOnADevelopersMachine() {
        var result = Requirement.result("needs root.", false);

        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("needs root.");
    }

    @Test
    void failsInCi() {
        assertThatThrownBy(() -> Requirement.result("needs root.", true))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("needs root.");
    }
}
