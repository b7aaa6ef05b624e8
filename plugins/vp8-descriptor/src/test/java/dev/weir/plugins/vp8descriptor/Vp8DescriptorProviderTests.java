// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.vp8descriptor.Vp8DescriptorProvider.Config;
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
import dev.weir.spi.plan.ProgramVariant;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Vp8DescriptorProviderTests {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "middle");

    private final FanoutPolicy policy =
            new Vp8DescriptorProvider().create(new Config(null, Map.of("low", 1, "middle", 2)));

    private FrameContent parse(long object, String hex) {
        var media = new MediaObject("live/cam1", 3, 0, object, 128, DeliveryMode.DATAGRAM, 1_000, 1);
        byte[] before = {0x55};
        ByteBuffer payload = ByteBuffer.allocate(64)
                .put(before)
                .put(HexFormat.of().parseHex(hex))
                .flip()
                .position(before.length)
                .asReadOnlyBuffer();
        return policy.frames().parse(media, payload);
    }

    @Test
    void payloadBeginsAtTheBuffersPosition() {
        assertThat(parse(1, "9020ff10")).isEqualTo(new FrameContent(3, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "90", "9020", "9020ff", "9080ff"})
    void bytesThatEndTooSoonAreASingleFrame(String hex) {
        assertThat(parse(0, hex)).isEqualTo(new FrameContent(0, true));
        assertThat(parse(1, hex)).isEqualTo(new FrameContent(0, false));
    }

    @ParameterizedTest
    @CsvSource({"low, 0, true", "low, 1, false", "middle, 1, true", "middle, 2, false", "default, 255, true"})
    void eachClassGetsItsNumberOfLayers(String laneClass, int layer, boolean passes) {
        var media = new MediaObject("live/cam1", 3, 0, 1, 128, DeliveryMode.DATAGRAM, 1_000, 1);
        var object = new FanoutObject(media, new FrameContent(layer, false), new ObjectIndex(3, 3), 128);
        var lane = new LaneView(1, laneClass, 128, 12_000, 0, 0, 0, 0, 0, 0);

        assertThat(policy.filter().decide(object, lane, LaneState.fresh()))
                .isEqualTo(passes ? Verdict.forward() : Verdict.drop("layer"));
    }

    @Test
    void planHoldsTheProgramAndTheLayersByClass() {
        var plan = (ProgramVariant) policy.plan(CLASSES).orElseThrow();

        assertThat(plan.object()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(plan.config()).hasSize(LaneClasses.MOST).startsWith(256L, 1L, 2L, 256L);
        assertThat(plan.reasons()).containsExactly("layer");
    }

    @Test
    void planNamesTheClassThatTheRelayLacks() {
        FanoutPolicy other = new Vp8DescriptorProvider().create(new Config(null, Map.of("gold", 1)));

        assertThatThrownBy(() -> other.plan(CLASSES))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("'gold'");
    }

    @Test
    void vectorsTellLayersApart() {
        var plan = (ProgramVariant) new Vp8DescriptorProvider()
                .create(new Config(1, Map.of()))
                .plan(CLASSES)
                .orElseThrow();

        assertThat(plan.vectors()).extracting("expected").contains(Verdict.forward(), Verdict.drop("layer"));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(257, Map.of())).isInstanceOf(PolicyConfigurationException.class);
        assertThatThrownBy(() -> new Config(null, Map.of("low", -1)))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("vp8-descriptor");
    }
}
