// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.lossguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.examples.lossguard.LossGuardProvider.Config;
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
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossGuardTests {
    private static final long SECOND = 1_000_000_000L;

    private final FanoutPolicy guard = new LossGuardProvider().create(new Config(128, 2.0, Duration.ofSeconds(2)));
    private final LaneState state = LaneState.fresh();

    private Verdict decide(int priority, int loss, long nowNanos) {
        var media = new MediaObject("live/cam1", 5, 0, 1, priority, DeliveryMode.DATAGRAM, 1_000, 1);
        var object = new FanoutObject(media, new FrameContent(0, false), new ObjectIndex(5, 5), priority);
        var lane = new LaneView(nowNanos, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 0, 0, 0, loss);
        return guard.filter().decide(object, lane, state);
    }

    @Test
    @RequiresBpf
    void javaAndKernelAgree() {
        ConformanceReport report =
                PolicyConformance.of(guard, () -> List.of("default", "mobile")).run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
    }

    @Test
    void nothingIsDroppedUpToTheConfiguredLoss() {
        assertThat(decide(255, 20_000, SECOND)).isEqualTo(Verdict.forward());
    }

    @Test
    void lossRaisesTheGuardForAWhile() {
        assertThat(decide(128, 20_001, SECOND)).isEqualTo(Verdict.drop("loss"));
        assertThat(decide(127, 20_001, SECOND)).isEqualTo(Verdict.forward());
        assertThat(decide(128, 0, 3 * SECOND - 1)).isEqualTo(Verdict.drop("loss"));
        assertThat(decide(128, 0, 3 * SECOND)).isEqualTo(Verdict.forward());
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 200", "0, 1, 200"})
    void firstObjectOfAGroupIsMostUrgent(long subgroup, long object, int expected) {
        var media = new MediaObject("live/cam1", 5, subgroup, object, 200, DeliveryMode.STREAM, 0, 1);
        FrameContent content = guard.frames().parse(media, ByteBuffer.allocate(0));

        assertThat(guard.priorities().assign(media, content, new ObjectIndex(5, 5))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"-1, 2, PT2S, limit", "257, 2, PT2S, limit", "1, -1, PT2S, loss-percent", "1, 101, PT2S, loss-percent",
        "1, NaN, PT2S, loss-percent", "1, 2, PT-1S, hold", "1, 2, PT2H, hold"})
    void valuesOutOfRangeAreRefused(int limit, double loss, Duration hold, String named) {
        assertThatThrownBy(() -> new Config(limit, loss, hold))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageStartingWith("The " + named + " of loss-guard");
    }

    @Test
    void valuesThatAreNotConfiguredHaveDefaults() {
        assertThat(new Config(null, null, null)).isEqualTo(new Config(128, 2.0, Duration.ofSeconds(2)));
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("loss-guard");
    }
}
