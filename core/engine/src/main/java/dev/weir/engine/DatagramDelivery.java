// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.SendQueue.WaitingDatagram;
import dev.weir.engine.ServedDatagrams.ServedObject;
import dev.weir.engine.Track.CachedDatagram;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.MediaObject;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagramHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes the publisher's DATAGRAM objects in user space, caches them, and gives every subscription those that the kernel did not send.
final class DatagramDelivery {
    /// DATAGRAMs that are kept because the message that defines their alias may be on its way still; it travels on a stream.
    private static final int EARLY_DATAGRAMS = 64;
    /// Counts an object once for each subscription that was told before it came that the track is over.
    private static final String TRACK_ENDED = "dropped.track_ended";

    /// A DATAGRAM object of an alias that is not known yet.
    record EarlyDatagram(long packetNumber, byte[] payload) {}

    private final Relay relay;

    DatagramDelivery(Relay relay) {
        this.relay = relay;
    }

    void received(Session publisher, long packetNumber, byte[] payload) {
        relay.drain();
        if (!publisher.closed && publisher.framing.isOwn()) {
            relay.ownFraming().datagram(publisher, packetNumber, payload);
            return;
        }
        if (publisher.closed || ObjectDatagramHeader.isPadding(payload, 0, payload.length)) {
            return;
        }
        ObjectDatagramHeader header;
        try {
            header = ObjectDatagramHeader.decode(payload, 0, payload.length);
        } catch (MoqtException e) {
            relay.streamDelivery().violation(publisher, e.code(), e.getMessage());
            return;
        }
        Track track = publisher.tracksByAlias.get(header.alias());
        if (track == null) {
            withoutTrack(publisher, header.alias(), new EarlyDatagram(packetNumber, payload));
            return;
        }
        if (track.endedSubscriptions > 0) {
            relay.counters().add(TRACK_ENDED, track.endedSubscriptions);
        }
        byte[] outgoing = payload;
        if (track.aliasOverride.length == header.aliasLength()) {
            outgoing = payload.clone();
            System.arraycopy(track.aliasOverride, 0, outgoing, header.aliasOffset(), header.aliasLength());
        }
        relay.counters().increment("received.datagrams");
        relay.controlPlane().succession().firstObject(track, new Location(header.group(), header.object()));
        track.receivedDatagram(payload.length, relay.now());
        track.saw(header.group(), header.object());
        var served = served(track, packetNumber, header.group(), header.object());
        if (served == null && track.index != DataPlane.NONE) {
            relay.counters().increment("received.unrecorded");
        }
        var cached =
                new CachedDatagram(header.group(), header.object(), outgoing, view(track, header, outgoing, arrived(served)));
        track.cache(cached);
        offerToAll(track, served, cached);
    }

    /// Its track is over, or is not known yet.
    private void withoutTrack(Session publisher, long alias, EarlyDatagram datagram) {
        int ended = publisher.endedAliases.subscriptions(alias, relay.now());
        if (ended != EndedAliases.NOT_ENDED) {
            relay.counters().add(TRACK_ENDED, ended);
            return;
        }
        publisher.early.add(datagram);
        if (publisher.early.size() > EARLY_DATAGRAMS) {
            publisher.early.removeFirst();
            relay.counters().increment("dropped.unknown_alias");
        }
    }

    /// What the kernel has a record of, if it has one of this object.
    static @Nullable ServedObject served(Track track, long packetNumber, long group, long object) {
        Session publisher = track.publisher;
        return publisher == null ? null : publisher.served.take(packetNumber, track.index, group, object);
    }

    /// When an object came to the relay: the kernel has seen it first, if it has seen it.
    long arrived(@Nullable ServedObject served) {
        return served == null ? relay.now() : served.arrivedNanos();
    }

    /// Gives an object to everybody whom the kernel has not served.
    void offerToAll(Track track, @Nullable ServedObject served, CachedDatagram cached) {
        if (served != null) {
            relay.auditor().met(served);
        }
        for (Subscription subscription : track.active()) {
            int slot = subscription.session.slot;
            if (served != null && (served.served().get(slot) || served.dropped().get(slot))) {
                subscription.due.byKernel();
                continue;
            }
            subscription.due.looked(offer(subscription, cached, served != null && served.admitted().get(slot)));
        }
    }

    private PolicyView view(Track track, ObjectDatagramHeader header, byte[] payload, long arrivedNanos) {
        int priority = header.priority() >= 0 ? header.priority() : track.defaultPriority;
        var media = new MediaObject(
                track.name.toString(),
                header.group(),
                0,
                header.object(),
                priority,
                DeliveryMode.DATAGRAM,
                payload.length,
                arrivedNanos);
        int from = header.payloadOffset(payload);
        return new PolicyView(relay, media, ByteBuffer.wrap(payload, from, payload.length - from));
    }

    /// @param admitted whether the kernel's policy has forwarded it already
    /// @return whether the subscription covers the object
    private boolean offer(Subscription subscription, CachedDatagram datagram, boolean admitted) {
        if (!subscription.forward || !subscription.wants(datagram.group(), datagram.object())) {
            return false;
        }
        LaneAccount account = subscription.session.account;
        account.offered++;
        if (!admitted && !datagram.view().forwards(subscription)) {
            account.refusedByPolicy++;
            return true;
        }
        if (datagram.payload().length > subscription.session.endpoint().maxDatagramPayload()) {
            tooLarge(subscription, datagram);
            return true;
        }
        account.queued++;
        WaitingDatagram goes = subscription.session.queue.offer(subscription, datagram);
        if (goes != null) {
            relay.counters().increment("dropped.queue_full");
            account.queueFull++;
            note(goes.subscription(), goes.datagram(), Obstacle.QUEUE_FULL);
        }
        relay.completion().wake(subscription.session);
        return true;
    }

    /// A datagram fits into no packet for this subscriber.
    void tooLarge(Subscription subscription, CachedDatagram datagram) {
        relay.counters().increment("dropped.datagram_too_large");
        subscription.session.account.tooLarge++;
        note(subscription, datagram, Obstacle.TOO_LARGE);
    }

    private void note(Subscription subscription, CachedDatagram datagram, Obstacle obstacle) {
        subscription.past.refused(datagram.group(), datagram.object(), false, obstacle, "", relay.now());
    }

    /// The alias of a track has become known: what waited for it goes on.
    void aliasKnown(Session publisher) {
        List<EarlyDatagram> early = List.copyOf(publisher.early);
        publisher.early.clear();
        early.forEach(datagram -> received(publisher, datagram.packetNumber, datagram.payload));
    }

    /// A subscription has become active: it gets from the cache what it missed since its start.
    void catchUp(Subscription subscription) {
        for (CachedDatagram datagram : subscription.track.datagrams()) {
            offer(subscription, datagram, false);
        }
    }

    /// The publisher's connection is gone, and with it the aliases that its datagrams waited for.
    void sessionClosed(Session publisher) {
        publisher.early.forEach(_ -> relay.counters().increment("dropped.unknown_alias"));
        publisher.early.clear();
    }
}
