// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import dev.weir.plugins.vp8descriptor.LayerLimits;
import dev.weir.plugins.vp8descriptor.Vp8Payload;
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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The policy: [RtpPacket] finds the payload, [Vp8Payload] or [H264Payload] says what it is, [LayerLimits] who gets it. The picture
/// is VP8's PictureID where the payload has one, otherwise the RTP timestamp, which all packets of a picture share. What is no RTP packet, and what does not show its
/// payload's beginning within the visible bytes, is a single frame.
///
/// @param codec what the packets carry
/// @param limits layers by lane class
record Rtp(RtpCodec codec, LayerLimits limits) implements FanoutPolicy {
    @Override
    public FrameParser frames() {
        return (object, payload) -> {
            FrameContent content = parse(payload);
            return content == null ? FrameParser.singleFrame().parse(object, payload) : content;
        };
    }

    private @Nullable FrameContent parse(ByteBuffer bytes) {
        int at = RtpPacket.payloadOf(bytes);
        if (at < 0) {
            return null;
        }
        FrameContent content =
                switch (codec) {
                    case VP8 -> Vp8Payload.parse(bytes, at);
                    case H264 -> H264Payload.parse(bytes, at);
                };
        return content == null || content.picture() != FrameContent.UNKNOWN_PICTURE
                ? content
                : new FrameContent(content.layer(), content.independent(), RtpPacket.timestamp(bytes));
    }

    @Override
    public ObjectFilter filter() {
        return limits.filter();
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        var config = new ArrayList<>(limits.words(classes));
        config.add((long) codec.ordinal());
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(Rtp.class, "/bpf/rtp.bpf.o"),
                config,
                LayerLimits.REASONS,
                List.of(
                        vector("806000010000ffff12345678" + "65b8"),
                        vector("806000010000ffff12345678" + "0100"),
                        vector("916000010000ffff12345678" + "87654321" + "bede0001" + "10ff0000" + "7c85"),
                        vector("806000010000ffff12345678" + "90e0812307c001"),
                        vector("806000010000ffff"))));
    }

    private TestVector vector(String packet) {
        var media = new MediaObject("", 5, 0, 1, 128, DeliveryMode.DATAGRAM, 1_000, 1);
        var lane = new LaneView(1_000_000, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 20_000_000, 0, 0, 0);
        return TestVector.of(this, media, HexFormat.of().parseHex(packet), lane);
    }
}
