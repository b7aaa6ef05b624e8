// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.MapEntries;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChatProviderTests {
    private static final LaneView OVERFULL =
            new LaneView(9_000_000_000L, LaneView.DEFAULT_CLASS, 255, 12_000, 50_000, 0, 900_000_000, 800_000_000, 1, 400_000);

    private final FanoutPolicy policy = new ChatProvider().create(new ChatProvider.Config());

    @ParameterizedTest
    @EnumSource
    void worstConnectionGetsTheLeastUrgentMessageAsMostUrgent(DeliveryMode mode) {
        var media = new MediaObject("chat/room", 1, 0, 7, 255, mode, mode == DeliveryMode.DATAGRAM ? 1_400 : 0, 1);
        var content = new FrameContent(0, false);
        var index = new ObjectIndex(1, 1);
        int priority = policy.priorities().assign(media, content, index);
        var object = new FanoutObject(media, content, index, priority);

        assertThat(priority).isZero();
        assertThat(policy.filter().decide(object, OVERFULL, LaneState.fresh())).isEqualTo(Verdict.forward());
        assertThat(policy.filter().reconsider(object, OVERFULL, LaneState.fresh())).isEqualTo(Verdict.forward());
    }

    @Test
    void kernelFormIsTables() {
        assertThat(policy.plan(() -> List.of("default"))).get().isInstanceOf(MapEntries.class);
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("chat");
    }
}
