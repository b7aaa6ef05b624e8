// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.Track.CachedDatagram;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.MediaObject;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.FullTrackName;
import java.nio.ByteBuffer;
import java.util.List;

/// Connections whose payloads are not MoQT: each publisher is one track, `fan/1`, `fan/2` and so on in the order in which they
/// came, and each subscriber is subscribed to all of them from the moment its handshake is complete. Who comes late
/// gets DATAGRAMs from then on, and of the streams those that have not ended, from their first byte as far as it is cached.
///
/// To policies a DATAGRAM is an object whose group is the number of its packet and whose ID is its place among the DATAGRAMs
/// of that packet; a stream is a group of its own, numbered by its place among the publisher's streams, with one object.
///
/// Guarded by the engine's lock.
final class OwnFraming {
    /// Namespace of the publishers' tracks.
    private static final String NAMESPACE = "fan";

    private final Relay relay;
    private int publishers;

    OwnFraming(Relay relay) {
        this.relay = relay;
    }

    /// A connection has begun.
    void established(Session session) {
        switch (session.framing) {
            case OWN_PUBLISHER -> publish(session);
            case OWN_SUBSCRIBER -> {
                for (Track track : List.copyOf(relay.tracks().values())) {
                    if (track.hasOwnFraming && track.state == Track.State.ESTABLISHED) {
                        subscribe(session, track);
                    }
                }
            }
            case MOQT -> {
                // speaks for itself
            }
        }
    }

    private void publish(Session publisher) {
        var track = new Track(freeName(), relay.copies());
        track.hasOwnFraming = true;
        track.publisher = publisher;
        track.state = Track.State.ESTABLISHED;
        track.alias = NO_ALIAS;
        relay.tracks().put(track.name, track);
        publisher.tracksByAlias.put(track.upstreamAlias, track);
        relay.armTrack(track);
        for (Session session : relay.sessions()) {
            if (session.framing == Framing.OWN_SUBSCRIBER && session.isEstablished()) {
                subscribe(session, track);
            }
        }
    }

    /// An alias that is in no subscriber's way.
    private static final long NO_ALIAS = -1;

    private FullTrackName freeName() {
        FullTrackName name;
        do {
            publishers++;
            name = FullTrackName.of(NAMESPACE, Integer.toString(publishers));
        } while (relay.tracks().containsKey(name));
        return name;
    }

    private void subscribe(Session subscriber, Track track) {
        var subscription = new Subscription(subscriber, track, SILENT);
        subscription.accepted = true;
        subscription.activate();
        subscription.joinedNanos = relay.now();
        track.subscriptions.add(subscription);
        subscriber.subscriptions.put(track, subscription);
        relay.policies().bind(subscription);
        relay.lanes().refreshList(track);
        relay.drain();
        relay.streamDelivery().catchUp(subscription);
    }

    /// A DATAGRAM of a connection with own framing.
    void datagram(Session publisher, long packetNumber, byte[] payload) {
        Track track = publisher.tracksByAlias.get(0L);
        if (track == null) {
            relay.counters().increment("dropped.from_subscriber");
            return;
        }
        relay.counters().increment("received.datagrams");
        track.receivedDatagram(payload.length, relay.now());
        long ordinal = publisher.datagramOrdinal(packetNumber);
        var served = DatagramDelivery.served(track, packetNumber, packetNumber, ordinal);
        var media = new MediaObject(
                track.name.toString(),
                packetNumber,
                0,
                ordinal,
                track.defaultPriority,
                DeliveryMode.DATAGRAM,
                payload.length,
                relay.datagrams().arrived(served));
        var view = new PolicyView(relay, media, ByteBuffer.wrap(payload));
        relay.datagrams().offerToAll(track, served, new CachedDatagram(packetNumber, ordinal, payload, view));
    }

    /// Nothing is said to subscribers with own framing.
    private static final RequestChannel SILENT = new RequestChannel() {
        @Override
        public long streamId() {
            return -1;
        }

        @Override
        public void send(ControlMessage message) {
            // they would not understand it
        }

        @Override
        public void finish() {
            // there is no stream
        }
    };
}
