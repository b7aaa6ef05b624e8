// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ImpairmentTests {
    @Test
    void burstsBeginAsOftenAsKeepsTheShare() {
        assertThat(Impairment.none(1).withLoss(5, 1).lossStartPerMillion()).isEqualTo(50_000);
        int start = Impairment.none(1).withLoss(5, 3).lossStartPerMillion();
        assertThat(1 - Math.pow(1 - start / 1e6, 3)).isCloseTo(0.05, within(1e-5));
    }

    @Test
    void refusesWhatCannotBe() {
        Impairment none = Impairment.none(1);
        assertThatThrownBy(() -> none.withLoss(101, 1)).hasMessageContaining("0 to 100 percent, not 101");
        assertThatThrownBy(() -> none.withLoss(1, 17)).hasMessageContaining("1 to 16 packets, not 17");
        assertThatThrownBy(() -> none.withBlackhole(Duration.ofSeconds(3), Duration.ofSeconds(2))).hasMessageContaining("PT3S of PT2S");
        assertThatThrownBy(() -> none.only(65_536, false, 0)).hasMessageContaining("65535, not 65536");
    }
}
