// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.FrameLayer;
import dev.weir.bench.media.SyntheticObject;
import dev.weir.bench.media.SyntheticSource;
import dev.weir.bench.media.TestVideo;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.media.VideoCodec;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectReader;
import dev.weir.wire.moqt.TrackProperties;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A publisher against a relay that does what the test says.
@Timeout(60)
class PublisherPeerTests {
    private static final FullTrackName TRACK = FullTrackName.of("a/b", "c");
    private static final long STREAM_LIMIT = 3;
    private static DevelopmentCertificate certificate;

    private final PeerLoop loop = new PeerLoop("test-publisher");
    private ScriptedRelay relay;
    private PublisherPeer publisher;

    @BeforeAll
    static void makeCertificate() {
        certificate = DevelopmentCertificate.create();
    }

    private void connect(DeliveryMode mode) throws Exception {
        relay = new ScriptedRelay(certificate, STREAM_LIMIT);
        publisher = PublisherPeer.connect(loop, PeerOptions.of(relay.address(), new Trust.Insecure()), TRACK, mode);
    }

    @AfterEach
    void close() {
        publisher.close();
        relay.close();
        loop.close();
    }

    private ControlMessage announce(boolean offer, ControlMessage answer) throws Exception {
        CompletableFuture<Void> announced = CompletableFuture.runAsync(() -> publisher.announce(TrackContent.SYNTHETIC, offer));
        ScriptedRelay.Received request = relay.await();
        ScriptedRelay.send(request.stream(), answer);
        announced.join();
        return request.message();
    }

    private static RequestOk ok() {
        return new RequestOk(Parameters.EMPTY, TrackProperties.EMPTY);
    }

    private QuicStreamChannel subscribe() throws Exception {
        QuicStreamChannel stream = relay.request(new Subscribe(1, TRACK, Parameters.EMPTY));
        assertThat(relay.await().message()).isEqualTo(new SubscribeOk(1, Parameters.EMPTY, TrackContent.SYNTHETIC.properties()));
        publisher.subscribed().join();
        return stream;
    }

    @Test
    void everyGroupHasAStream() throws Exception {
        connect(DeliveryMode.STREAM);
        assertThat(announce(false, ok())).isEqualTo(new PublishNamespace(0, TRACK.namespace(), Parameters.EMPTY));
        subscribe();
        var source = new SyntheticSource(5, 3000, 2);

        PublishedTrack sent = publisher.publish(source);

        assertThat(relay.await().message()).isInstanceOf(PublishDone.class).extracting(m -> ((PublishDone) m).streamCount()).isEqualTo(2L);
        await().atMost(Duration.ofSeconds(10)).until(() -> relay.finishedStreams.size() == 2);
        assertThat(received()).isEqualTo(sent.objects());
        assertThat(sent.sha256()).isEqualTo(source.sha256());
        assertThat(sent.failures()).isEmpty();
    }

    @Test
    void everyLayerOfAGroupHasAStreamAndAPriority() throws Exception {
        connect(DeliveryMode.STREAM);
        announce(false, ok());
        subscribe();

        PublishedTrack sent = publisher.publish(TestVideo.source(VideoCodec.H264, publisher.largestPayload(TrackContent.H264_FRAMES)));

        await().atMost(Duration.ofSeconds(10)).until(() -> relay.finishedStreams.size() == 6);
        assertThat(relay.finishedStreams.values()).map(stream -> SubgroupHeader.decode(ByteBuffer.wrap(stream)))
                .extracting(SubgroupHeader::group, SubgroupHeader::subgroup, SubgroupHeader::priority,
                        SubgroupHeader::firstObject, SubgroupHeader::endOfGroup)
                .containsExactly(tuple(0L, 0L, 64, true, false), tuple(0L, 1L, 128, true, false), tuple(0L, 2L, 192, true, false),
                        tuple(1L, 0L, 64, true, false), tuple(1L, 1L, 128, true, false), tuple(1L, 2L, 192, true, false));
        assertThat(objects()).containsExactlyInAnyOrderElementsOf(sent.objects());
        assertThat(sent.frames()).containsOnlyKeys(FrameLayer.values());
        assertThat(sent.streams()).isEqualTo(6);
    }

    @Test
    void inDatagramsThePriorityTellsTheLayer() throws Exception {
        connect(DeliveryMode.DATAGRAM);
        announce(false, ok());
        subscribe();
        int largest = publisher.largestPayload(TrackContent.VP8_FRAMES);

        PublishedTrack sent = publisher.publish(TestVideo.source(VideoCodec.VP8, largest));

        await().atMost(Duration.ofSeconds(10)).until(() -> relay.datagrams.size() == sent.objects().size());
        assertThat(sent.failures()).isEmpty();
        assertThat(relay.datagrams).map(ObjectDatagram::decode).extracting(ObjectDatagram::priority)
                .containsOnly(64, 128, 192).first().isEqualTo(64);
        assertThat(relay.datagrams).map(datagram -> datagram.length).allSatisfy(length -> assertThat(length).isLessThanOrEqualTo(1200));
    }

    @Test
    void streamsWaitForTheRelaysLimit() throws Exception {
        connect(DeliveryMode.STREAM);
        announce(false, ok());
        subscribe();

        PublishedTrack sent = publisher.publish(new GroupPerObject(40));

        assertThat(sent.streams()).isEqualTo(40);
        await().atMost(Duration.ofSeconds(10)).until(() -> relay.finishedStreams.size() == 40);
        assertThat(received()).isEqualTo(sent.objects());
    }

    @Test
    void datagramsHoldOneObjectEach() throws Exception {
        connect(DeliveryMode.DATAGRAM);
        announce(false, ok());
        subscribe();
        int largest = publisher.largestPayload(TrackContent.SYNTHETIC);
        assertThat(largest).isBetween(1100, 1200);

        PublishedTrack sent = publisher.publish(new SyntheticSource(200, largest, 1));

        await().atMost(Duration.ofSeconds(10)).until(() -> relay.datagrams.size() == 200);
        assertThat(relay.datagrams).map(ObjectDatagram::decode)
                .allSatisfy(object -> assertThat(SyntheticObject.decode(object.payload()).intact()).isTrue());
        assertThat(sent.objects()).hasSize(200);
        assertThat(sent.failures()).isEmpty();
    }

    @Test
    void whatDoesNotFitADatagramIsCounted() throws Exception {
        connect(DeliveryMode.DATAGRAM);
        announce(false, ok());
        subscribe();

        PublishedTrack sent = publisher.publish(new SyntheticSource(10, 1400, 1));

        assertThat(sent.objects()).isEmpty();
        assertThat(sent.failures()).containsEntry("datagram_too_large", 10L);
    }

    @Test
    void anOfferedTrackIsSentWhenTheRelayWantsIt() throws Exception {
        connect(DeliveryMode.DATAGRAM);
        CompletableFuture<Void> announced = CompletableFuture.runAsync(() -> publisher.announce(TrackContent.SYNTHETIC, true));
        ScriptedRelay.Received offer = relay.await();
        assertThat(offer.message()).isEqualTo(new Publish(0, TRACK, 1, Parameters.EMPTY, TrackContent.SYNTHETIC.properties()));
        ScriptedRelay.send(offer.stream(), new RequestOk(Parameters.builder().forward(false).build(), TrackProperties.EMPTY));
        announced.join();
        assertThat(publisher.subscribed()).isNotDone();

        ScriptedRelay.send(offer.stream(), new RequestUpdate(1, Parameters.builder().forward(true).build()));

        assertThat(relay.await().message()).isEqualTo(ok());
        publisher.subscribed().join();
        assertThat(publisher.publish(new SyntheticSource(10, 100, 1)).objects()).hasSize(10);
    }

    @Test
    void timeStandsStillWhileNobodyWantsTheTrack() throws Exception {
        connect(DeliveryMode.DATAGRAM);
        announce(false, ok());
        QuicStreamChannel stream = subscribe();
        CompletableFuture<PublishedTrack> publishing =
                CompletableFuture.supplyAsync(() -> publisher.publish(new SyntheticSource(50, 100, 1)));
        await().until(() -> publisher.sentObjects() > 5);
        ScriptedRelay.send(stream, new RequestUpdate(3, Parameters.builder().forward(false).build()));
        assertThat(relay.await().message()).isEqualTo(ok());
        long paused = publisher.sentObjects();
        await().during(Duration.ofMillis(300)).until(() -> publisher.sentObjects() <= paused + 1);

        ScriptedRelay.send(stream, new RequestUpdate(5, Parameters.builder().forward(true).build()));

        assertThat(publishing.join().objects()).hasSize(50);
    }

    @Test
    void otherTracksAreRefused() throws Exception {
        connect(DeliveryMode.STREAM);
        announce(false, ok());
        relay.request(new Subscribe(1, FullTrackName.of("a/b", "other"), Parameters.EMPTY));

        assertThat(relay.await().message()).isInstanceOf(RequestError.class)
                .extracting(message -> ((RequestError) message).code()).isEqualTo(RequestErrorCode.DOES_NOT_EXIST.code());
    }

    @Test
    void aRefusedAnnouncementIsASentence() throws Exception {
        connect(DeliveryMode.STREAM);

        assertThatThrownBy(() -> announce(false, new RequestError(RequestErrorCode.UNINTERESTED.code(), 0, "not today")))
                .hasCauseInstanceOf(BenchException.class).cause().hasMessageContaining("not today");
    }

    /// The objects on all finished streams, of which each is a whole group, in order.
    private List<TransferredObject> received() {
        assertThat(relay.finishedStreams.values()).map(stream -> SubgroupHeader.decode(ByteBuffer.wrap(stream)))
                .allMatch(header -> header.firstObject() && header.endOfGroup() && header.priority() == null);
        return objects();
    }

    /// The objects on all finished streams.
    private List<TransferredObject> objects() {
        var objects = new ArrayList<TransferredObject>();
        for (byte[] stream : relay.finishedStreams.values()) {
            ByteBuffer in = ByteBuffer.wrap(stream);
            SubgroupHeader header = SubgroupHeader.decode(in);
            assertThat(header).isNotNull();
            var reader = new SubgroupObjectReader(header, true);
            reader.feed(stream, in.position(), in.remaining());
            for (SubgroupObjectReader.Entry entry = reader.next(); entry != null; entry = reader.next()) {
                objects.add(TransferredObject.of(new Location(header.group(), entry.objectId()), entry.payload()));
            }
            assertThat(reader.isAtBoundary()).isTrue();
        }
        return objects;
    }
}
