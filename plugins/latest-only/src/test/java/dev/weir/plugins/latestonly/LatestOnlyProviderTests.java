// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.latestonly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.latestonly.LatestOnlyProvider.Config;
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
import org.junit.jupiter.params.provider.CsvSource;

class LatestOnlyProviderTests {
    private static final long ARRIVED = 7_000_000_000L;
    private static final Config CONFIG =
            new Config(null, Map.of("near", Duration.ofMillis(20), "patient", Duration.ZERO));

    /// At any age the verdict is the same for an object that has come and for a stream that waits.
    @ParameterizedTest
    @CsvSource({"default, 0, true", "default, 500000000, true", "default, 500000001, false", "near, 20000000, true",
        "near, 20000001, false", "patient, 9000000000000, true", "default, -1, true"})
    void objectsPassUpToTheAgeOfTheirClass(String laneClass, long age, boolean passes) {
        ObjectFilter filter = new LatestOnlyProvider().create(CONFIG).filter();
        var media = new MediaObject("live/cam1", 3, 0, 0, 128, DeliveryMode.STREAM, 0, ARRIVED);
        var object = new FanoutObject(media, new FrameContent(0, true), new ObjectIndex(3, 3), 128);
        var lane = new LaneView(ARRIVED + age, laneClass, 128, 12_000, 0, 0, 0, 0, 0, 0);
        Verdict expected = passes ? Verdict.forward() : Verdict.drop("age");

        assertThat(filter.decide(object, lane, LaneState.fresh())).isEqualTo(expected);
        assertThat(filter.reconsider(object, lane, LaneState.fresh())).isEqualTo(expected);
    }

    @Test
    void agesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(Duration.ofMillis(-1), Map.of()))
                .isInstanceOf(PolicyConfigurationException.class);
        assertThatThrownBy(() -> new Config(null, Map.of("near", Duration.ofDays(1).plusNanos(1))))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("24h");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("latest-only");
    }
}
