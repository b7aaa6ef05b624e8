// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The policy: [Vp8Payload] says what an object is (one whose bytes end too soon is a single frame), [LayerLimits] who gets it.
///
/// @param limits layers by lane class
record Vp8Descriptor(LayerLimits limits) implements FanoutPolicy {
    @Override
    public FrameParser frames() {
        return (object, payload) -> {
            FrameContent content = Vp8Payload.parse(payload, payload.position());
            return content == null ? FrameParser.singleFrame().parse(object, payload) : content;
        };
    }

    @Override
    public ObjectFilter filter() {
        return limits.filter();
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(Vp8Descriptor.class, "/bpf/vp8_descriptor.bpf.o"),
                limits.words(classes),
                LayerLimits.REASONS,
                List.of(vector("1000"), vector("b0e08123074001"), vector("90e0812307c001"), vector("90e081"), vector(""))));
    }

    private TestVector vector(String payload) {
        var media = new MediaObject("", 5, 0, 1, 128, DeliveryMode.DATAGRAM, 1_000, 1);
        var lane = new LaneView(1_000_000, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 20_000_000, 0, 0, 0);
        return TestVector.of(this, media, HexFormat.of().parseHex(payload), lane);
    }
}
