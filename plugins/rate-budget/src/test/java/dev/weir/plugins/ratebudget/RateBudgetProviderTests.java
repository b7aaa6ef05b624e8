// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.ratebudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.ratebudget.RateBudgetProvider.Config;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateBudgetProviderTests {
    private static final int SIZE = 1_000;
    private static final long SECOND = 1_000_000_000L;

    /// Bytes that pass in `seconds` if one object of a priority comes every millisecond.
    private static long passed(Config config, String laneClass, int priority, int seconds) {
        ObjectFilter filter = new RateBudgetProvider().create(config).filter();
        LaneState state = LaneState.fresh();
        long sent = 0;
        for (long now = SECOND; now < SECOND + seconds * SECOND; now += 1_000_000) {
            var media = new MediaObject("live/cam1", 3, 0, 1, priority, DeliveryMode.DATAGRAM, SIZE, now);
            var object = new FanoutObject(media, new FrameContent(0, false), new ObjectIndex(3, 3), priority);
            var lane = new LaneView(now, laneClass, 128, 1_000_000, 0, sent, 0, 0, 0, 0);
            if (filter.decide(object, lane, state).equals(Verdict.forward())) {
                sent += SIZE;
            }
        }
        return sent;
    }

    @Test
    void subscriberGetsItsRateAndTheBurst() {
        var config = new Config(0, Map.of("low", 800L), Duration.ofSeconds(1));

        assertThat(passed(config, "low", 0, 10)).isBetween(1_100_000L - SIZE, 1_100_000L);
        assertThat(passed(config, "high", 0, 10)).isEqualTo(10_000_000);
    }

    @Test
    void lessUrgentObjectsLeaveAReserve() {
        var config = new Config(800, Map.of(), Duration.ofSeconds(1));

        assertThat(passed(config, "any", 255, 1)).isBetween(150_000L, 150_000L + 2 * SIZE);
    }

    /// Whatever the rate, one packet of the least urgent priority can be paid for.
    @ParameterizedTest
    @ValueSource(longs = {1, 100})
    void smallestBucketHoldsAPacket(long kilobits) {
        assertThat(passed(new Config(kilobits, Map.of(), Duration.ZERO), "any", 255, 1)).isPositive();
    }

    @Test
    void largestRateIsTaken() {
        assertThat(passed(new Config(32_000_000, Map.of(), Duration.ofSeconds(4)), "any", 255, 1)).isEqualTo(1_000_000);
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(-1, Map.of(), null)).isInstanceOf(PolicyConfigurationException.class);
        assertThatThrownBy(() -> new Config(0, Map.of("low", 32_000_001L), null))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("32000001");
        assertThatThrownBy(() -> new Config(0, Map.of(), Duration.ofMillis(4_001)))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("4s");
        assertThatThrownBy(() -> new Config(0, Map.of(), Duration.ofNanos(-1)))
                .isInstanceOf(PolicyConfigurationException.class);
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("rate-budget");
    }
}
