// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Control messages that other encoders wrote: read, compared with what they are to mean, and written again.
class ControlVectorTests {
    static final String KIND = "control";
    /// Requests that are only recognised.
    static final String UNSUPPORTED = "unsupported";
    /// Answers to requests that the relay never makes.
    static final String UNSPOKEN = "unspoken";

    private static final FullTrackName VIDEO = FullTrackName.of("live/cam1", "video");
    private static final Map<String, ControlMessage> MEANINGS = meanings();

    private static Map<String, ControlMessage> meanings() {
        var m = new HashMap<String, ControlMessage>();
        sessionMessages(m);
        subscribeMessages(m);
        publishMessages(m);
        return m;
    }

    private static void sessionMessages(Map<String, ControlMessage> m) {
        Setup implementation = new Setup(List.of(option(SetupOption.IMPLEMENTATION, "x/1")));
        m.put("SETUP impl=\"x/1\"", implementation);
        m.put("SETUP impl x/1", implementation);
        m.put(
                "SETUP PATH=/a AUTHORITY=h:1",
                new Setup(List.of(option(SetupOption.PATH, "/a"), option(SetupOption.AUTHORITY, "h:1"))));
        m.put(
                "SETUP as really sent by @moq/net (hop id 123)",
                new Setup(List.of(
                        option(SetupOption.IMPLEMENTATION, "moq-lite-js"),
                        new SetupOption(0x40b55, new byte[] {123}),
                        new SetupOption(0x40b5a, 1))));
        m.put("GOAWAY uri=\"\" timeout=0", new Goaway("", 0, null));
        m.put("GOAWAY req-stream timeout 0", new Goaway("", 0, null));
        m.put("GOAWAY ctrl uri=\"\" timeout 5000 req4", new Goaway("", 5000, 4L));
        m.put("REQUEST_OK", new RequestOk(Parameters.EMPTY, TrackProperties.EMPTY));
        m.put("REQUEST_ERROR 0x10 retry0 \"nope\"", new RequestError(0x10, 0, "nope"));
        m.put("REQUEST_ERROR 0x10 \"nope\"", new RequestError(0x10, 0, "nope"));
    }

    private static void subscribeMessages(Map<String, ControlMessage> m) {
        var latest = new SubscriptionFilter.LargestObject();
        Parameters all = Parameters.builder()
                .forward(true)
                .subscriberPriority(128)
                .filter(latest)
                .groupOrder(2)
                .build();
        m.put("SUBSCRIBE id0 live/video nextObject", new Subscribe(0, VIDEO, all));
        m.put("SUBSCRIBE id0 latest fwd pri128 desc", new Subscribe(0, VIDEO, all));
        m.put("SUBSCRIBE id0 nextgroup", subscribe(new SubscriptionFilter.NextGroupStart()));
        m.put("SUBSCRIBE id0 absstart {5,0}", subscribe(new SubscriptionFilter.AbsoluteStart(new Location(5, 0))));
        m.put("SUBSCRIBE id0 absrange {5,0}..7", subscribe(new SubscriptionFilter.AbsoluteRange(new Location(5, 0), 12)));
        Parameters timeouts = Parameters.builder()
                .objectDeliveryTimeout(500)
                .subgroupDeliveryTimeout(2000)
                .filter(latest)
                .build();
        m.put("SUBSCRIBE id0 odt=500ms sgdt=2000 latest", new Subscribe(0, VIDEO, timeouts));
        m.put("SUBSCRIBE_OK alias=7", new SubscribeOk(7, Parameters.EMPTY, TrackProperties.EMPTY));
        m.put("SUBSCRIBE_OK alias7", new SubscribeOk(7, Parameters.EMPTY, TrackProperties.EMPTY));
        m.put(
                "SUBSCRIBE_OK alias=7 timescale/groupOrder props",
                new SubscribeOk(
                        7,
                        Parameters.EMPTY,
                        TrackProperties.of(List.of(new SetupOption(0x08, 1000), new SetupOption(0x22, 2)))));
        Parameters largest = Parameters.builder().largestObject(new Location(5, 2)).build();
        m.put("SUBSCRIBE_OK alias7 largest{5,2} expires 0", new SubscribeOk(7, largest, TrackProperties.EMPTY));
        m.put("REQUEST_UPDATE id2 fwd0", new RequestUpdate(2, Parameters.builder().forward(false).build()));
        m.put("REQUEST_UPDATE id2 pri 5", new RequestUpdate(2, Parameters.builder().subscriberPriority(5).build()));
    }

    private static void publishMessages(Map<String, ControlMessage> m) {
        Parameters forward = Parameters.builder().forward(true).build();
        TrackProperties descending = TrackProperties.of(List.of(new SetupOption(0x22, 2)));
        m.put("PUBLISH id2 alias=300", new Publish(2, VIDEO, 300, forward, descending));
        m.put("PUBLISH id2 alias300", new Publish(2, VIDEO, 300, forward, TrackProperties.EMPTY));
        m.put("PUBLISH_DONE status2", new PublishDone(2, 0, ""));
        m.put("PUBLISH_DONE 2 streams 3", new PublishDone(2, 3, ""));
        var namespace = new PublishNamespace(0, TrackNamespace.of("live", "cam1"), Parameters.EMPTY);
        m.put("PUBLISH_NAMESPACE id0 live/cam1", namespace);
        m.put("PUBLISH_NAMESPACE id0", namespace);
    }

    private static SetupOption option(long type, String text) {
        return new SetupOption(type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Subscribe subscribe(SubscriptionFilter filter) {
        return new Subscribe(0, VIDEO, Parameters.builder().filter(filter).build());
    }

    static List<Vectors.Vector> vectors() {
        return Vectors.ofKind(KIND);
    }

    static List<Vectors.Vector> unsupported() {
        return Vectors.ofKind(UNSUPPORTED);
    }

    static List<Vectors.Vector> unspoken() {
        return Vectors.ofKind(UNSPOKEN);
    }

    @Test
    void everyVectorHasAMeaningHere() {
        assertThat(MEANINGS.keySet())
                .isEqualTo(vectors().stream().map(Vectors.Vector::name).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsRead(Vectors.Vector vector) {
        var decoder = new ControlDecoder();
        decoder.feed(vector.bytes());

        assertThat(decoder.next()).isEqualTo(MEANINGS.get(vector.name()));
        assertThat(decoder.next()).isNull();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorIsWritten(Vectors.Vector vector) {
        assertThat(hex(ControlCodec.encode(MEANINGS.get(vector.name())))).isEqualTo(hex(vector.bytes()));
    }

    /// Wherever the stream's bytes are cut, the message comes once, when it is whole.
    @ParameterizedTest
    @MethodSource({"vectors", "unsupported"})
    void vectorMayArriveInTwoParts(Vectors.Vector vector) {
        byte[] bytes = vector.bytes();
        for (int cut = 0; cut < bytes.length; cut++) {
            var decoder = new ControlDecoder();
            decoder.feed(bytes, 0, cut);
            assertThat(decoder.next()).as("after %d bytes", cut).isNull();
            decoder.feed(bytes, cut, bytes.length - cut);
            assertThat(decoder.next()).as("cut at %d", cut).isNotNull();
            assertThat(decoder.next()).isNull();
        }
    }

    @Test
    void allVectorsMayArriveByteByByteOnOneStream() {
        var decoder = new ControlDecoder();
        for (Vectors.Vector vector : vectors()) {
            for (byte b : vector.bytes()) {
                assertThat(decoder.next()).isNull();
                decoder.feed(new byte[] {b});
            }
            assertThat(decoder.next()).isEqualTo(MEANINGS.get(vector.name()));
        }
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void otherRequestsAreRecognised(Vectors.Vector vector) {
        var decoder = new ControlDecoder();
        decoder.feed(vector.bytes());

        assertThat(decoder.next()).isInstanceOfSatisfying(UnsupportedRequest.class, request -> {
            assertThat(request.type()).isEqualTo(vector.bytes()[0]);
            assertThat(request.requestId()).isEqualTo(vector.bytes()[3]).isLessThan(8);
        });
    }

    @ParameterizedTest
    @MethodSource("unspoken")
    void answersToRequestsNeverMadeAreRefused(Vectors.Vector vector) {
        var decoder = new ControlDecoder();
        decoder.feed(vector.bytes());

        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(decoder::next)
                .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);
    }
}
