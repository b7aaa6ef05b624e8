// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// More connections, publishers and tracks than the kernel's tables have rows (DESIGN section 4, rule 10): user space serves the rest.
class FullMapsTests extends OneSubscriber {
    private static final int MORE = 8;
    private static final byte[] OBJECT = datagram(0);

    private record Member(Session session, RecordingEndpoint end) {
        List<byte[]> datagrams() {
            return end.datagrams(session);
        }
    }

    private Member subscribe(FullTrackName track) {
        var end = new RecordingEndpoint(5000 + relay.statistics().get("connections").intValue());
        Session session = relay.newSession();
        session.established(end, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        session.request(new RecordingEndpoint.Channel(0), new Subscribe(0, track, Parameters.EMPTY));
        session.requestStreamAcknowledged(0);
        return new Member(session, end);
    }

    @Test
    void subscribersBeyondTheLaneTableAreServedByUserSpace() {
        var members = new ArrayList<Member>();
        for (int slot = 2; slot < plane.laneSlots() + MORE; slot++) {
            members.add(subscribe(TRACK));
        }
        relay.tick();
        plane.datagramCopy(0, subscriber.slot, plane.draw(subscriber.slot), 40, 5, 0); // the kernel serves the first

        publisher.datagram(40, OBJECT);

        assertThat(relay.statistics()).containsEntry("lanes.full", (long) MORE);
        assertThat(subscriberEnd.datagrams(subscriber)).isEmpty();
        assertThat(members).allSatisfy(member -> assertThat(member.datagrams()).containsExactly(OBJECT));
        assertThat(plane.calls).filteredOn(call -> call.startsWith("fanout 0")).last().asString()
                .as("whoever has a row, and nobody else").endsWith(", " + (plane.laneSlots() - 1) + "]");
        assertThat(relay.auditor().audit().imbalances()).isEmpty();
    }

    @Test
    void aRowThatBecomesFreeIsUsedAgain() {
        Session last = null;
        for (int slot = 2; slot < plane.laneSlots(); slot++) {
            last = relay.newSession();
        }
        last.closed();
        assertThat(relay.newSession().slot).as("in quarantine").isGreaterThanOrEqualTo(plane.laneSlots());
        now += 2_000_000_000L;
        relay.tick();
        assertThat(relay.newSession().slot).isEqualTo(plane.laneSlots() - 1);
    }

    /// Another publisher with a track of its own, and a subscriber to it.
    private Session publisherOf(String name, RecordingEndpoint publisherEnd) {
        Session other = relay.newSession();
        other.established(publisherEnd, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        other.request(new RecordingEndpoint.Channel(0), new PublishNamespace(0, TrackNamespace.of(name), Parameters.EMPTY));
        return other;
    }

    private static void accept(RecordingEndpoint publisherEnd) {
        publisherEnd.upstream.opened(publisherEnd.upstreamChannel);
        publisherEnd.upstream.message(publisherEnd.upstreamChannel, new SubscribeOk(ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
    }

    private void isServedByUserSpace(String counter) {
        var otherEnd = new RecordingEndpoint(4100);
        Session other = publisherOf("other", otherEnd);
        var end = new RecordingEndpoint(4101);
        Session session = relay.newSession();
        session.established(end, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        session.request(new RecordingEndpoint.Channel(0), new Subscribe(0, FullTrackName.of("other", "video"), Parameters.EMPTY));
        accept(otherEnd);
        session.requestStreamAcknowledged(0);
        relay.tick();

        other.datagram(40, OBJECT);

        assertThat(relay.statistics().get(counter)).isPositive();
        assertThat(end.datagrams(session)).singleElement()
                .satisfies(object -> assertThat(ObjectDatagram.decode(object).payload()).isEqualTo(ObjectDatagram.decode(OBJECT).payload()));
        assertThat(subscriberEnd.datagrams(subscriber)).isEmpty();
        other.closed();
        session.closed();
        assertThat(relay.auditor().audit().imbalances()).isEmpty();
    }

    @Test
    void aPublisherBeyondTheTableIsServedByUserSpace() {
        plane.publishersLeft = 0;
        isServedByUserSpace("publishers.full");
    }

    @Test
    void aTrackBeyondTheTableIsServedByUserSpace() {
        plane.tracksLeft = 0;
        isServedByUserSpace("tracks.full");
    }
}
