// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.SourceObject;
import dev.weir.bench.media.SyntheticSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.media.WallClock;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import dev.weir.wire.moqt.SubscriptionFilter;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A subscriber against a relay that does what the test says.
@Timeout(60)
class SubscriberPeerTests {
    private static final FullTrackName TRACK = FullTrackName.of("a/b", "c");
    private static final long ALIAS = 300;
    private static DevelopmentCertificate certificate;

    private final PeerLoop loop = new PeerLoop("test-subscriber");
    private ScriptedRelay relay;
    private SubscriberPeer subscriber;

    @BeforeAll
    static void makeCertificate() {
        certificate = DevelopmentCertificate.create();
    }

    @BeforeEach
    void connect() throws Exception {
        relay = new ScriptedRelay(certificate, 100);
        var request = new SubscriberPeer.Request(TRACK, new SubscriptionFilter.LargestObject(), new Location(0, 0), null, 0);
        subscriber = SubscriberPeer.connect(loop, options(), request);
    }

    @AfterEach
    void close() {
        subscriber.close();
        relay.close();
        loop.close();
    }

    private PeerOptions options() {
        return PeerOptions.of(relay.address(), new Trust.Pinned(List.of(certificate.certificate())));
    }

    /// Has the subscriber subscribe and the relay agree.
    private QuicStreamChannel subscribe(TrackContent content) throws Exception {
        CompletableFuture<Void> subscribed = CompletableFuture.runAsync(subscriber::subscribe);
        ScriptedRelay.Received request = relay.await();
        assertThat(request.message()).isEqualTo(
                new Subscribe(0, TRACK, Parameters.builder().filter(new SubscriptionFilter.LargestObject()).build()));
        ScriptedRelay.send(request.stream(), new SubscribeOk(ALIAS, Parameters.EMPTY, content.properties()));
        subscribed.join();
        return request.stream();
    }

    private static void done(QuicStreamChannel stream, long streams) {
        ScriptedRelay.send(stream, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), streams, ""));
    }

    private static SubgroupHeader header(long group, long alias) {
        return SubgroupHeader.of(alias, group, SubgroupMode.ZERO, 0, null, true, true, false);
    }

    private void streamGroups(ObjectSource source) throws Exception {
        SubgroupObjectWriter writer = null;
        QuicStreamChannel stream = null;
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            if (object.location().object() == 0 || writer == null || stream == null) {
                SubgroupHeader header = header(object.location().group(), ALIAS);
                stream = relay.stream();
                writer = new SubgroupObjectWriter(header);
                ScriptedRelay.write(stream, false, header.encode());
            }
            byte[] bytes = writer.object(object.location().object(), new byte[0], object.payload(WallClock.micros()));
            ScriptedRelay.write(stream, object.endOfGroup(), bytes);
        }
    }

    @Test
    void objectsOnStreamsAreReceivedMeasuredAndPutTogether() throws Exception {
        QuicStreamChannel request = subscribe(TrackContent.SYNTHETIC);
        var source = new SyntheticSource(20, 700, 3);
        streamGroups(source);
        done(request, 3);
        subscriber.ended().join();

        assertThat(subscriber.rejectedPackets()).isZero();
        ReceivedTrack received = subscriber.finish();
        assertThat(received.objects()).hasSize(60);
        assertThat(received.sha256()).isEqualTo(source.sha256());
        assertThat(received.streamsFinished()).isEqualTo(3);
        assertThat(received.latency().getTotalCount()).isEqualTo(60);
        assertThat(received.latency().getMaxValue()).isBetween(0L, 5_000_000L);
        assertThat(received.duplicates() + received.corrupt() + received.incompleteCount()).isZero();
        assertThat(subscriber.violation()).isNull();
    }

    @Test
    void objectsInDatagramsAreReceivedOnce() throws Exception {
        QuicStreamChannel request = subscribe(TrackContent.SYNTHETIC);
        var source = new SyntheticSource(20, 700, 2);
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            byte[] bytes = new ObjectDatagram(ALIAS, object.location().group(), object.location().object(), 10, new byte[0],
                    object.endOfGroup(), null, object.payload(WallClock.micros())).encode();
            relay.datagram(bytes);
            if (object.location().object() == 7) {
                relay.datagram(bytes);
            }
        }
        done(request, 0);
        subscriber.ended().join();

        ReceivedTrack received = subscriber.finish();
        assertThat(received.objects()).hasSize(40);
        assertThat(received.sha256()).isEqualTo(source.sha256());
        assertThat(received.duplicates()).isEqualTo(2);
    }

    @Test
    void objectsBeforeSubscribeOkAreKept() throws Exception {
        CompletableFuture<Void> subscribed = CompletableFuture.runAsync(subscriber::subscribe);
        ScriptedRelay.Received request = relay.await();
        var source = new SyntheticSource(10, 100, 1);
        streamGroups(source);
        relay.datagram(new ObjectDatagram(ALIAS, 1, 0, null, new byte[0], true, null, new byte[] {1}).encode());
        ScriptedRelay.send(request.stream(), new SubscribeOk(ALIAS, Parameters.EMPTY, TrackContent.OPAQUE.properties()));
        subscribed.join();

        await().atMost(Duration.ofSeconds(10)).until(() -> subscriber.received() == 11);
        assertThat(subscriber.finish().objects()).containsKey(new Location(1, 0));
    }

    @Test
    void aRefusalIsASentence() throws Exception {
        CompletableFuture<Void> subscribed = CompletableFuture.runAsync(subscriber::subscribe);
        ScriptedRelay.send(relay.await().stream(), new RequestError(RequestErrorCode.DOES_NOT_EXIST.code(), 0, "nobody publishes it"));

        assertThatThrownBy(subscribed::join).hasCauseInstanceOf(BenchException.class)
                .cause().hasMessageContaining("knows no track a/b/c").hasMessageContaining("nobody publishes it");
    }

    @Test
    void alteredObjectsAndResetAndTruncatedStreamsShow() throws Exception {
        QuicStreamChannel request = subscribe(TrackContent.SYNTHETIC);
        var source = new SyntheticSource(1, 100, 3);
        SourceObject first = source.next();
        byte[] payload = first.payload(WallClock.micros());
        payload[50] ^= 1;
        ScriptedRelay.write(relay.stream(), true, header(0, ALIAS).encode(),
                new SubgroupObjectWriter(header(0, ALIAS)).object(0, new byte[0], payload));
        QuicStreamChannel reset = relay.stream();
        ScriptedRelay.write(reset, false, header(1, ALIAS).encode(),
                new SubgroupObjectWriter(header(1, ALIAS)).object(0, new byte[0], payload));
        // A reset overtakes what is still on its way.
        await().atMost(Duration.ofSeconds(10)).until(() -> subscriber.received() == 2);
        reset.shutdownOutput(2).sync();
        ScriptedRelay.write(relay.stream(), true, header(2, ALIAS).encode(), new byte[] {0, 50, 1, 2});
        done(request, 3);
        subscriber.ended().join();

        ReceivedTrack received = subscriber.finish();
        assertThat(received.corrupt()).isEqualTo(2);
        assertThat(received.resetGroups()).containsOnlyKeys(1L).containsValue(2L);
        assertThat(received.streamsCutOff()).isEqualTo(1);
    }

    @Test
    void aStreamResetBeforeItsHeaderIsOver() throws Exception {
        QuicStreamChannel request = subscribe(TrackContent.OPAQUE);
        QuicStreamChannel reset = relay.stream();
        ScriptedRelay.write(reset, false, new byte[] {header(1, ALIAS).encode()[0]});
        reset.shutdownOutput(2).sync();
        done(request, 1);
        subscriber.ended().join();

        assertThat(subscriber.finish().unknownStreamsReset()).isEqualTo(1);
    }

    @Test
    void aForeignAliasEndsTheSession() throws Exception {
        subscribe(TrackContent.OPAQUE);
        ScriptedRelay.write(relay.stream(), false, header(0, ALIAS + 1).encode());

        assertViolation("track alias 301");
    }

    @ParameterizedTest
    @ValueSource(strings = {"03", "7000", "5800ff"})
    void malformedStreamsEndTheSession(String hex) throws Exception {
        subscribe(TrackContent.OPAQUE);
        ScriptedRelay.write(relay.stream(), true, HexFormat.of().parseHex(hex));

        assertViolation("");
    }

    private void assertViolation(String words) throws Exception {
        QuicConnectionCloseEvent close = relay.awaitClose();
        assertThat(close.isApplicationClose()).isTrue();
        assertThat(close.error()).isEqualTo((int) SessionError.PROTOCOL_VIOLATION.code());
        assertThat(subscriber.violation()).contains(words);
        subscriber.ended().join();
    }

    @Test
    void nothingListeningIsASentence() {
        relay.close();

        assertThatThrownBy(() -> SubscriberPeer.connect(loop, options(), new SubscriberPeer.Request(TRACK, null, null, null, 0)))
                .isInstanceOf(BenchException.class).hasMessageContaining("Cannot connect to the relay");
    }

    @Test
    void anotherCertificateIsRefused() {
        PeerOptions options = PeerOptions.of(relay.address(), new Trust.Pinned(List.of(DevelopmentCertificate.create().certificate())));

        assertThatThrownBy(() -> SubscriberPeer.connect(loop, options, new SubscriberPeer.Request(TRACK, null, null, null, 0)))
                .isInstanceOf(BenchException.class).hasMessageContaining("certificate");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8})
    void connectionIdsMayHaveOtherLengths(int length, @TempDir Path folder) throws Exception {
        subscriber.close();
        relay.close();
        relay = new ScriptedRelay(certificate, 100);
        Path keyLog = folder.resolve("keys");
        subscriber = SubscriberPeer.connect(loop, options().withConnectionIdLength(length).withKeyLog(keyLog),
                new SubscriberPeer.Request(TRACK, new SubscriptionFilter.LargestObject(), null, null, 0));
        QuicStreamChannel request = subscribe(TrackContent.SYNTHETIC);
        streamGroups(new SyntheticSource(5, 2000, 2));
        done(request, 2);
        subscriber.ended().join();

        assertThat(subscriber.finish().objects()).hasSize(10);
        assertThat(Files.readString(keyLog)).contains("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0");
    }
}
