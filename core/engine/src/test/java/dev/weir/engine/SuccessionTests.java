// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Publishers leave and return; subscriptions stay.
class SuccessionTests {
    private static final FullTrackName TRACK = FullTrackName.of("live", "video");
    private static final long ALIAS = 9;
    private static final long SECOND = 1_000_000_000L;
    private static final long FIRST_STREAM = 7;

    private final ScriptedDataPlane plane = new ScriptedDataPlane();
    private final RecordingEndpoint firstEnd = new RecordingEndpoint(4000);
    private final RecordingEndpoint subscriberEnd = new RecordingEndpoint(4001);
    private final RecordingEndpoint.Channel request = new RecordingEndpoint.Channel(0);
    private long now = SECOND;
    private final Relay relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, 1 << 20, () -> now);
    private Session first;
    private Session subscriber;

    @BeforeEach
    void subscribe() {
        first = announced(firstEnd);
        subscriber = session(subscriberEnd);
        subscriber.request(request, new Subscribe(0, TRACK, Parameters.EMPTY));
        accept(firstEnd, Parameters.EMPTY);
        subscriber.requestStreamAcknowledged(0);
        relay.tick();
        first.packetReceived(1);
        first.datagram(1, datagram(5, 3));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(1);
    }

    private Session session(RecordingEndpoint end) {
        Session session = relay.newSession();
        session.established(end, FIRST_STREAM, 400, 100_000, 25);
        return session;
    }

    private Session announced(RecordingEndpoint end) {
        Session session = session(end);
        session.request(
                new RecordingEndpoint.Channel(0), new PublishNamespace(0, TrackNamespace.of("live"), Parameters.EMPTY));
        return session;
    }

    private static void accept(RecordingEndpoint end, Parameters parameters) {
        assertThat(end.upstream).as("the relay subscribes").isNotNull();
        end.upstream.opened(end.upstreamChannel);
        end.upstream.message(end.upstreamChannel, new SubscribeOk(ALIAS, parameters, TrackProperties.EMPTY));
    }

    private static byte[] datagram(long group, long object) {
        return new ObjectDatagram(ALIAS, group, object, 5, new byte[0], false, null, new byte[] {1}).encode();
    }

    private static byte[] subgroup(long group) {
        var header = SubgroupHeader.of(ALIAS, group, SubgroupMode.ZERO, 0, null, true, true, false);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(new SubgroupObjectWriter(header).object(0, new byte[0], new byte[100]));
        return out.toByteArray();
    }

    private void pass(long nanos) {
        for (long until = now + nanos; now < until; ) {
            now += 50_000_000;
            relay.tick();
        }
    }

    @Test
    void whoAnnouncesTheTrackNextTakesItUp() {
        first.closed();
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        accept(secondEnd, Parameters.EMPTY);
        second.datagram(1, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(2);
        assertThat(request.messages).singleElement().isInstanceOf(SubscribeOk.class);
    }

    @Test
    void whoHasAnnouncedTheTrackAlreadyTakesItUpAtOnce() {
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        assertThat(secondEnd.upstream).isNull();
        first.closed();
        accept(secondEnd, Parameters.EMPTY);
        second.datagram(1, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(2);
    }

    @Test
    void theKernelCopiesNothingBeforeItIsKnownThatLocationsGoOn() {
        first.closed();
        relay.tick();
        plane.calls.clear();
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        accept(secondEnd, Parameters.EMPTY);
        pass(SECOND / 10);
        assertThat(plane.calls).noneMatch(call -> call.startsWith("fanout"));
        byte[] bytes = subgroup(6);
        second.streamData(2, bytes, bytes.length, false);
        pass(SECOND / 10);
        assertThat(plane.calls).contains("fanout 1 [1]", "block stream 2");
        assertThat(subscriber.nextStreamFrame(1200).data()).isEqualTo(bytes);
    }

    @Test
    void theKernelCopiesAtOnceIfThePublisherSaysThatItGoesOn() {
        first.closed();
        var secondEnd = new RecordingEndpoint(5000);
        announced(secondEnd);
        accept(secondEnd, Parameters.builder().largestObject(new Location(5, 3)).build());
        pass(SECOND / 10);
        assertThat(plane.calls).contains("fanout 1 [1]");
    }

    @Test
    void subscriptionsEndWhenLocationsBeginAgain() {
        first.closed();
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        accept(secondEnd, Parameters.EMPTY);
        second.datagram(1, datagram(5, 3));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(1);
        assertThat(request.messages.getLast()).isInstanceOfSatisfying(PublishDone.class, done -> assertThat(done.status())
                .isEqualTo(PublishDoneStatus.TRACK_ENDED.code()));

        var again = new RecordingEndpoint.Channel(4);
        subscriber.request(again, new Subscribe(2, TRACK, Parameters.EMPTY));
        assertThat(again.messages).singleElement().isInstanceOf(SubscribeOk.class);
        subscriber.requestStreamAcknowledged(4);
        second.datagram(2, datagram(5, 4));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(3); // the current group from its start, and what followed
    }

    @Test
    void aPublisherThatIsSilentGivesWayWhenItDoesNotAnswer() {
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        pass(11 * SECOND / 10);
        assertThat(firstEnd.events).containsOnlyOnce("ping");
        assertThat(secondEnd.upstream).isNull();
        pass(11 * SECOND / 10);
        accept(secondEnd, Parameters.EMPTY);
        second.datagram(1, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(2);
        first.datagram(2, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).as("the former one is not heard any more").hasSize(2);
    }

    @Test
    void aPublisherThatIsSilentAndAnswersStays() {
        var secondEnd = new RecordingEndpoint(5000);
        announced(secondEnd);
        for (int i = 0; i < 5; i++) {
            pass(11 * SECOND / 10);
            first.packetReceived(i + 2); // the acknowledgement of the PING
        }
        assertThat(secondEnd.upstream).isNull();
    }

    @Test
    void theSameAddressAndPortIsTheSamePublisherThatReturned() {
        var again = new RecordingEndpoint(4000);
        Session second = announced(again);
        accept(again, Parameters.EMPTY);
        second.datagram(1, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(2);
        assertThat(firstEnd.events).containsExactly("close 0");
    }

    @Test
    void aPublishFromTheSameAddressAndPortIsTakenAtOnce() {
        subscriber.closed();
        first.closed();
        Session pushing = session(new RecordingEndpoint(6000));
        var offer = new RecordingEndpoint.Channel(0);
        pushing.request(offer, new Publish(0, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        Session again = session(new RecordingEndpoint(6000));
        var second = new RecordingEndpoint.Channel(0);
        again.request(second, new Publish(0, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        assertThat(second.messages).singleElement().isInstanceOf(RequestOk.class);
        assertThat(relay.tracks().get(TRACK).publisher).isSameAs(again);
    }

    @Test
    void aPublishIsAnsweredWhenThePublisherBeforeHasAnsweredOrNot() {
        Session second = session(new RecordingEndpoint(5000));
        var offer = new RecordingEndpoint.Channel(0);
        second.request(offer, new Publish(0, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        assertThat(offer.messages).isEmpty();
        now += 1_000_000;
        first.packetReceived(2);
        relay.tick();
        assertThat(offer.messages).singleElement().isInstanceOf(RequestError.class);

        var next = new RecordingEndpoint.Channel(4);
        second.request(next, new Publish(2, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        pass(11 * SECOND / 10);
        assertThat(next.messages).singleElement().isInstanceOf(RequestOk.class);
        second.datagram(1, datagram(6, 0));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(2);
    }

    @Test
    void streamsOfTwoPublishersWithTheSameIdAreTwoStreams() {
        byte[] old = subgroup(5);
        first.streamData(2, old, old.length, true);
        assertThat(subscriber.nextStreamFrame(1200).streamId()).isEqualTo(FIRST_STREAM);
        first.closed();
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        accept(secondEnd, Parameters.EMPTY);
        byte[] next = subgroup(6);
        second.streamData(2, next, next.length, true);
        assertThat(subscriber.nextStreamFrame(1200).streamId()).isEqualTo(FIRST_STREAM + 4);
        second.closed();
        subscriber.closed();
        assertThat(relay.statistics()).containsEntry("cache.bytes", 0L).containsEntry("tracks", 0L);
    }

    @Test
    void theRestOfATrackThatHasEndedIsStillSentWhenAnotherBeginsUnderItsName() {
        byte[] bytes = subgroup(5);
        first.streamData(2, bytes, bytes.length, true);
        firstEnd.upstream.message(firstEnd.upstreamChannel, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), 1, ""));
        var offer = new RecordingEndpoint.Channel(4);
        first.request(offer, new Publish(2, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        assertThat(offer.messages).singleElement().isInstanceOf(RequestOk.class);
        subscriberEnd.datagrams(subscriber).clear();
        relay.tick();
        assertThat(request.messages).hasSize(1);
        assertThat(subscriber.nextStreamFrame(1200).data()).isEqualTo(bytes);
        subscriber.chunkAcknowledged(FIRST_STREAM, 0, bytes.length, true);
        subscriber.datagramDone(false);
        relay.tick();
        assertThat(request.messages.getLast()).isInstanceOf(PublishDone.class);
    }

    @Test
    void datagramsThatOvertakeTheMessageWithTheirAliasWaitForIt() {
        first.closed();
        var secondEnd = new RecordingEndpoint(5000);
        Session second = announced(secondEnd);
        second.datagram(1, datagram(6, 0));
        second.datagram(2, datagram(6, 1));
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(1);
        accept(secondEnd, Parameters.EMPTY);
        assertThat(subscriberEnd.datagrams(subscriber)).containsExactly(datagram(5, 3), datagram(6, 0), datagram(6, 1));
        assertThat(relay.statistics()).doesNotContainKey("dropped.unknown_alias");
    }

    @Test
    void theKernelsLastCopiesOfAPublisherThatLeavesAreInTheBooks() {
        plane.calls.clear();
        first.closed();
        assertThat(plane.calls).startsWith("withdraw lane 0", "close publisher 0", "quiesce");
    }
}
