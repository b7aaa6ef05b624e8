// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Setup;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.ControlMessage.UnsupportedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Random messages, written and read again, in random pieces.
class ControlRoundTripTests {
    private final Random random = new Random(7);

    @Test
    void messagesComeBackWhole() {
        for (int round = 0; round < 300; round++) {
            List<ControlMessage> sent = Stream.generate(this::message).limit(20).toList();
            byte[] bytes = Wire.concat(sent.stream().map(ControlCodec::encode).toArray(byte[][]::new));
            var decoder = new ControlDecoder();
            var received = new ArrayList<ControlMessage>();
            for (int at = 0; at < bytes.length; ) {
                int piece = Math.min(bytes.length - at, 1 + random.nextInt(300));
                decoder.feed(bytes, at, piece);
                at += piece;
                ControlMessage message;
                while ((message = decoder.next()) != null) {
                    received.add(message);
                }
            }

            assertThat(received).isEqualTo(sent);
        }
    }

    @Test
    void whatCannotBeSentIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ControlCodec.encode(new UnsupportedRequest(0x16, 0)));
        var large = new SetupOption(0x07, new byte[65535]);
        assertThatIllegalArgumentException().isThrownBy(() -> ControlCodec.encode(new Setup(List.of(large, large))));
        var wrongOrder = List.of(new SetupOption(0x07, new byte[1]), new SetupOption(0x01, new byte[1]));
        assertThatIllegalArgumentException().isThrownBy(() -> ControlCodec.encode(new Setup(wrongOrder)));
        assertThatIllegalArgumentException().isThrownBy(() -> new SetupOption(0x02, new byte[1]));
        assertThatIllegalArgumentException().isThrownBy(() -> new SetupOption(0x01, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestError(0x34, 0, ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionFilter.AbsoluteRange(new Location(5, 0), 4));
        assertThatIllegalArgumentException().isThrownBy(() -> Parameters.builder().subscriberPriority(256));
        assertThatIllegalArgumentException().isThrownBy(() -> Parameters.builder().groupOrder(0));
    }

    @Test
    void longReasonIsCutBetweenCharacters() {
        byte[] bytes = ControlCodec.encode(new PublishDone(0, 0, "ä".repeat(1000)));
        var decoder = new ControlDecoder();
        decoder.feed(bytes);
        assertThat(decoder.next()).isEqualTo(new PublishDone(0, 0, "ä".repeat(512)));

        decoder.feed(ControlCodec.encode(new PublishDone(0, 0, "x" + "ä".repeat(1000))));
        assertThat(decoder.next()).isEqualTo(new PublishDone(0, 0, "x" + "ä".repeat(511)));
    }

    @Test
    void absentParametersHaveTheirDefaults() {
        assertThat(Parameters.EMPTY.forward()).isTrue();
        assertThat(Parameters.EMPTY.hasForward()).isFalse();
        assertThat(Parameters.EMPTY.subscriberPriority()).isEqualTo(128);
        assertThat(Parameters.EMPTY.hasSubscriberPriority()).isFalse();
        assertThat(Parameters.EMPTY.filter()).isNull();
        assertThat(Parameters.EMPTY.groupOrder()).isNull();
        assertThat(Parameters.EMPTY.expires()).isNull();
        assertThat(TrackProperties.EMPTY.defaultPublisherPriority()).isEqualTo(128);
        assertThat(TrackProperties.of(Vectors.hex("0e05")).defaultPublisherPriority()).isEqualTo(5);
    }

    private ControlMessage message() {
        return switch (random.nextInt(10)) {
            case 0 -> new Setup(pairs());
            case 1 -> new Goaway(text(50), number(), random.nextBoolean() ? number() : null);
            case 2 -> new Subscribe(number(), track(), parameters());
            case 3 -> new SubscribeOk(number(), parameters(), TrackProperties.of(pairs()));
            case 4 -> error();
            case 5 -> new RequestOk(parameters(), TrackProperties.of(pairs()));
            case 6 -> new RequestUpdate(number(), parameters());
            case 7 -> new Publish(number(), track(), number(), parameters(), TrackProperties.of(pairs()));
            case 8 -> new PublishDone(number(), number(), text(200));
            default -> new PublishNamespace(number(), track().namespace(), parameters());
        };
    }

    private RequestError error() {
        long code = random.nextInt(0x40);
        return code == RequestErrorCode.REDIRECT.code()
                ? new RequestError(code, number(), text(20), new ControlMessage.Redirect(text(20), track()))
                : new RequestError(code, number(), text(20));
    }

    private long number() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private String text(int most) {
        return random.ints(random.nextInt(most), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private FullTrackName track() {
        List<byte[]> fields =
                Stream.generate(() -> Wire.concat(new byte[] {1}, bytes(10))).limit(random.nextInt(33)).toList();
        return new FullTrackName(TrackNamespace.of(fields), bytes(30));
    }

    private List<SetupOption> pairs() {
        var pairs = new ArrayList<SetupOption>();
        long type = 0x10;
        for (int i = random.nextInt(5); i > 0; i--) {
            type += random.nextInt(200);
            pairs.add((type & 1) == 0 ? new SetupOption(type, number()) : new SetupOption(type, bytes(40)));
        }
        return pairs;
    }

    private Parameters parameters() {
        var builder = Parameters.builder();
        List<Runnable> all = List.of(
                () -> builder.forward(random.nextBoolean()),
                () -> builder.subscriberPriority(random.nextInt(256)),
                () -> builder.groupOrder(1 + random.nextInt(2)),
                () -> builder.expires(number()),
                () -> builder.objectDeliveryTimeout(number()),
                () -> builder.subgroupDeliveryTimeout(number()),
                () -> builder.rendezvousTimeout(number()),
                () -> builder.fillTimeout(number()),
                () -> builder.newGroupRequest(number()),
                () -> builder.namespacePrefix(track().namespace()),
                () -> builder.largestObject(new Location(number(), number())),
                () -> builder.authorizationToken(bytes(20)),
                () -> builder.authorizationToken(bytes(20)),
                () -> builder.filter(filter()));
        all.forEach(set -> {
            if (random.nextInt(3) == 0) {
                set.run();
            }
        });
        return builder.build();
    }

    private SubscriptionFilter filter() {
        var start = new Location(number() >>> 1, number());
        return switch (random.nextInt(4)) {
            case 0 -> new SubscriptionFilter.NextGroupStart();
            case 1 -> new SubscriptionFilter.LargestObject();
            case 2 -> new SubscriptionFilter.AbsoluteStart(start);
            default -> new SubscriptionFilter.AbsoluteRange(start, start.group() + (number() >>> 1));
        };
    }
}
