// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.prioritythreshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.prioritythreshold.PriorityThresholdProvider.Config;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.LaneClasses;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriorityThresholdProviderTests {
    private static final LaneClasses CLASSES = () -> List.of(LaneView.DEFAULT_CLASS, "low", "high");

    private static Verdict decide(Config config, String laneClass, int priority) {
        FanoutPolicy policy = new PriorityThresholdProvider().create(config);
        var media = new MediaObject("live/cam1", 3, 0, 1, priority, DeliveryMode.DATAGRAM, 1_000, 1);
        var object = new FanoutObject(media, new FrameContent(0, false), new ObjectIndex(3, 3), priority);
        var lane = new LaneView(1, laneClass, 128, 12_000, 0, 0, 0, 0, 0, 0);
        return policy.filter().decide(object, lane, LaneState.fresh());
    }

    @ParameterizedTest
    @CsvSource({"none, 256", "high, 256", "low, 192", " LOW , 192", "0, 0", "1, 1", "255, 255", "256, 256", "007, 7"})
    void limitsAreWordsOrNumbers(String text, int limit) {
        assertThat(PriorityLimit.parse(text)).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "257", "-1", "medium", "1.5", "0x10", "9999999999", "١"})
    void anythingElseIsRefusedWithWhatToWrite(String text) {
        assertThatThrownBy(() -> new Config(text, Map.of()))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("none, low, high");
        assertThatThrownBy(() -> new Config(null, Map.of("low", text))).isInstanceOf(PolicyConfigurationException.class);
    }

    /// The priorities of `weir publish --subgroups by-layer`.
    @ParameterizedTest
    @CsvSource({"low, 64, true", "low, 128, true", "low, 191, true", "low, 192, false", "low, 255, false",
        "high, 64, true", "high, 192, true", "high, 255, true", "default, 255, true"})
    void lowClassGetsEverythingButDroppableFrames(String laneClass, int priority, boolean passes) {
        var config = new Config(null, Map.of("low", "low", "high", "high"));

        assertThat(decide(config, laneClass, priority)).isEqualTo(passes ? Verdict.forward() : Verdict.drop("priority"));
    }

    @Test
    void classesThatAreNotNamedHaveTheDefaultLimit() {
        var config = new Config("65", Map.of("high", "none"));

        assertThat(decide(config, "low", 64)).isEqualTo(Verdict.forward());
        assertThat(decide(config, "low", 65)).isEqualTo(Verdict.drop("priority"));
        assertThat(decide(config, "high", 65)).isEqualTo(Verdict.forward());
    }

    @Test
    void limitZeroDropsEverything() {
        assertThat(decide(new Config("0", Map.of()), "default", 0)).isEqualTo(Verdict.drop("priority"));
    }

    @Test
    void planNamesTheClassThatTheRelayLacks() {
        FanoutPolicy policy = new PriorityThresholdProvider().create(new Config(null, Map.of("gold", "low")));

        assertThatThrownBy(() -> policy.plan(CLASSES))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("'gold'");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("priority-threshold");
    }
}
