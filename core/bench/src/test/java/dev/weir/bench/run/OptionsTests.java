// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.VideoCodec;
import dev.weir.spi.DeliveryMode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTests {
    @ParameterizedTest
    @CsvSource({"relay.example, relay.example, 4433", "relay.example:99, relay.example, 99", "10.0.0.1:1, 10.0.0.1, 1",
        "[2001:db8::1]:4434, 2001:db8::1, 4434", "[2001:db8::1], 2001:db8::1, 4433", "2001:db8::1, 2001:db8::1, 4433"})
    void relaysAreNamedInManyWays(String text, String host, int port) {
        assertThat(RelayTarget.parse(text, null, true)).isEqualTo(new RelayTarget(host, port, null, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":4433", "relay:", "relay:port", "relay:0", "relay:65536", "relay:123456"})
    void otherNamesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> RelayTarget.parse(text, null, true)).withMessageContaining("--relay");
    }

    @Test
    void certificatesThatCannotBeReadAreASentence() {
        RelayTarget target = RelayTarget.parse("127.0.0.1", Path.of("no-such.pem"), false);

        assertThatThrownBy(target::peerOptions).isInstanceOf(BenchException.class).hasMessageContaining("no-such.pem");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SyntheticLoad(0, 1200))
                .withMessage("--rate takes 1 to 100000 objects per second, not 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new SyntheticLoad(1, 31)).withMessageContaining("--size");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DemoOptions(257, RunModes.BOTH, RelayPath.AUTO, 1, null, null, null, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new DemoOptions(1, RunModes.BOTH, RelayPath.AUTO, 1,
                new SyntheticLoad(1, 99), Path.of("x.mp4"), null, null, null)).withMessageContaining("--media");
        assertThatIllegalArgumentException().isThrownBy(() -> new NetworkFaults(91, 0, 1, 1)).withMessage("--loss takes 0 to 90 percent, not 91.0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new NetworkFaults(0, Double.NaN, 1, 1)).withMessageContaining("--loss-to-relay");
        assertThatIllegalArgumentException().isThrownBy(() -> new NetworkFaults(0, 0, 17, 1)).withMessageContaining("--burst");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPathOptions(List.of(), RunModes.BOTH, 1, null, 1200, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPolicyOptions(RunModes.BOTH, 3, 3, List.of(60), 0, 400, 500, 40, null))
                .withMessage("--seconds takes 4 to 600 seconds, not 3.");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPolicyOptions(RunModes.BOTH, 15, 3, List.of(9), 0, 400, 500, 40, null))
                .withMessageContaining("--bottleneck");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPolicyOptions(RunModes.BOTH, 15, 3, List.of(60), 0, 9, 500, 40, null))
                .withMessageContaining("--queue");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPolicyOptions(RunModes.BOTH, 15, 3, List.of(60), 0, 400, 9, 40, null))
                .withMessageContaining("--deadline");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPolicyOptions(RunModes.BOTH, 15, 3, List.of(60), -1, 400, 500, 40, null))
                .withMessageContaining("--rtt");
    }

    @Test
    void onlyAVideoIsPublishedByLayerAndOnlyThenAsVp8() {
        assertThat(publish(Subgroups.BY_LAYER, VideoCodec.VP8, null).codec()).isEqualTo(VideoCodec.VP8);
        assertThatIllegalArgumentException().isThrownBy(() -> publish(Subgroups.BY_LAYER, VideoCodec.H264, new SyntheticLoad(1, 99)))
                .withMessage("--subgroups by-layer needs a video; leave --rate and --size out.");
        assertThatIllegalArgumentException().isThrownBy(() -> publish(Subgroups.ONE, VideoCodec.VP8, null))
                .withMessage("--codec vp8 is for frames of their own; add --subgroups by-layer.");
    }

    @Test
    void thereAreThreeLayers() {
        assertThat(subscribe(3).layers()).isEqualTo(3);
        assertThat(subscribe(null).layers()).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> subscribe(4)).withMessage("--layers takes 1 to 3 layers, not 4.");
        assertThatIllegalArgumentException().isThrownBy(() -> subscribe(0)).withMessageContaining("--layers");
    }

    private static PublishOptions publish(Subgroups subgroups, VideoCodec codec, @Nullable SyntheticLoad load) {
        return new PublishOptions(RelayTarget.parse("relay", null, true), "a", "b", DeliveryMode.STREAM, false, 1, load, null,
                subgroups, codec, 1, 0);
    }

    private static SubscribeOptions subscribe(@Nullable Integer layers) {
        return new SubscribeOptions(RelayTarget.parse("relay", null, true), "a", "b", SubscribeStart.CURRENT_GROUP, 1, 1, 20, layers,
                0, null, null, null);
    }

    @Test
    void defaultsAreTheIssues() {
        assertThat(DemoOptions.defaults()).isEqualTo(new DemoOptions(8, RunModes.BOTH, RelayPath.AUTO, 10, null, null, null, null, null));
        assertThat(RunModes.BOTH.modes()).containsExactly(DeliveryMode.STREAM, DeliveryMode.DATAGRAM);
        assertThat(BenchPathOptions.defaults().subscribers()).containsExactly(1, 8, 64);
        assertThat(BenchPolicyOptions.defaults()).isEqualTo(new BenchPolicyOptions(RunModes.BOTH, 15, 1, List.of(50, 70, 90), 0, 400, 500, 300, null));
    }

    @Test
    void theBenchmarksRateIsOneThatUserSpaceCarries() {
        BenchPathOptions options = BenchPathOptions.defaults();

        assertThat(options.rateFor(1)).isEqualTo(200);
        assertThat(options.rateFor(64)).isLessThan(options.rateFor(8));
        assertThat(options.rateFor(256)).isGreaterThanOrEqualTo(5);
    }
}
