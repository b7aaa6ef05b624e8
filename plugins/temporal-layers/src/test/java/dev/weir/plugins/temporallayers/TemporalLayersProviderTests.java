// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.temporallayers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.temporallayers.TemporalLayersProvider.Config;
import dev.weir.plugins.temporallayers.TemporalLayersProvider.LayerSource;
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
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemporalLayersProviderTests {
    private static final Config BY_PRIORITY = new Config(null, Map.of("low", 1, "middle", 2, "none", 0), null, List.of());
    private static final Config BY_SUBGROUP = new Config(2, Map.of(), LayerSource.SUBGROUP, List.of());

    private static Verdict decide(Config config, String laneClass, DeliveryMode mode, long subgroup, int priority) {
        FanoutPolicy policy = new TemporalLayersProvider().create(config);
        var media = new MediaObject("live/cam1", 3, subgroup, 1, priority, mode, 0, 1);
        FrameContent content = policy.frames().parse(media, ByteBuffer.allocate(0));
        var object = new FanoutObject(media, content, new ObjectIndex(3, 3), priority);
        return policy.filter()
                .decide(object, new LaneView(1, laneClass, 128, 12_000, 0, 0, 0, 0, 0, 0), LaneState.fresh());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "64, 0", "65, 1", "128, 1", "129, 2", "192, 2", "193, 3", "255, 3"})
    void priorityTellsTheLayer(int priority, int layer) {
        assertThat(BY_PRIORITY.layerOf(priority)).isEqualTo(layer);
    }

    @ParameterizedTest
    @CsvSource({"low, 64, true", "low, 65, false", "middle, 128, true", "middle, 129, false", "none, 0, false",
        "default, 255, true"})
    void eachClassGetsItsNumberOfLayers(String laneClass, int priority, boolean passes) {
        assertThat(decide(BY_PRIORITY, laneClass, DeliveryMode.DATAGRAM, 0, priority))
                .isEqualTo(passes ? Verdict.forward() : Verdict.drop("layer"));
    }

    @Test
    void subgroupTellsTheLayerOfAStreamWhateverItsPriority() {
        assertThat(decide(BY_SUBGROUP, "default", DeliveryMode.STREAM, 1, 255)).isEqualTo(Verdict.forward());
        assertThat(decide(BY_SUBGROUP, "default", DeliveryMode.STREAM, 2, 0)).isEqualTo(Verdict.drop("layer"));
        assertThat(decide(BY_SUBGROUP, "default", DeliveryMode.STREAM, -1L, 0)).isEqualTo(Verdict.drop("layer"));
        assertThat(decide(BY_SUBGROUP, "default", DeliveryMode.DATAGRAM, 0, 129)).isEqualTo(Verdict.drop("layer"));
    }

    @Test
    void otherPrioritiesCanBeConfigured() {
        var config = new Config(1, Map.of(), LayerSource.PRIORITY, List.of(10));

        assertThat(decide(config, "default", DeliveryMode.DATAGRAM, 0, 10)).isEqualTo(Verdict.forward());
        assertThat(decide(config, "default", DeliveryMode.DATAGRAM, 0, 11)).isEqualTo(Verdict.drop("layer"));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(257, Map.of(), null, List.of()))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("257");
        assertThatThrownBy(() -> new Config(null, Map.of("low", -1), null, List.of()))
                .isInstanceOf(PolicyConfigurationException.class);
        for (var priorities : List.of(List.of(64, 64), List.of(128, 64), List.of(256), List.of(-1))) {
            assertThatThrownBy(() -> new Config(null, Map.of(), null, priorities))
                    .isInstanceOf(PolicyConfigurationException.class)
                    .hasMessageContaining("64, 128, 192");
        }
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("temporal-layers");
    }
}
