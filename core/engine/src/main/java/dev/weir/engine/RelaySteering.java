// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.SessionError;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an operator can make a running relay do, policies apart. For any number of threads; packets go on meanwhile.
public final class RelaySteering {
    private static final int MOST_TRACK_MODES = 1024;

    private final Relay relay;
    private final Map<FullTrackName, PathMode> trackModes = new HashMap<>();
    private PathMode mode = PathMode.AUTO;

    RelaySteering(Relay relay) {
        this.relay = relay;
    }

    /// Says who makes the copies. It comes into force with the next flip of the track's lane list, which is a matter of
    /// milliseconds: a packet before it is served as before, one after it as said, and what the kernel has not sent user space
    /// sends.
    ///
    /// @param wanted KERNEL is AUTO for a relay that has a data plane, and refused by one without
    /// @param track full track name; null: all tracks, those to come included, and no track has a mode of its own then
    /// @throws SteeringException if there is no such track, or no data plane
    public void setMode(PathMode wanted, @Nullable String track) {
        relay.locked(() -> {
            if (wanted == PathMode.KERNEL && relay.dataPlane() == null) {
                throw new SteeringException("This relay has no data plane in the kernel; 'bpf status' says why,"
                        + " and a relay started with --path kernel or auto has one.");
            }
            if (track == null) {
                mode = wanted;
                trackModes.clear();
                relay.tracks().values().forEach(relay.lanes()::refreshList);
            } else {
                Track named = find(track);
                if (trackModes.size() >= MOST_TRACK_MODES && !trackModes.containsKey(named.name)) {
                    throw new SteeringException(MOST_TRACK_MODES + " tracks have a mode of their own; set one for the whole relay.");
                }
                trackModes.put(named.name, wanted);
                relay.lanes().refreshList(named);
            }
            relay.lanes().flipLists();
        });
    }

    private Track find(String name) {
        for (Track track : relay.tracks().values()) {
            if (track.name.toString().equals(name)) {
                return track;
            }
        }
        throw SteeringException.noTrack(name);
    }

    /// Ends a subscriber's connection with NO_ERROR.
    ///
    /// @param id number of the connection
    /// @param reason told to the subscriber
    /// @throws SteeringException if there is no such subscriber
    public void kick(int id, String reason) {
        relay.locked(() -> {
            Session session = relay.session(id);
            if (session == null || !session.isEstablished() || session.subscriptions.isEmpty()) {
                throw SteeringException.noSubscriber(id);
            }
            relay.counters().increment("connections.kicked");
            session.endpoint().close(SessionError.NO_ERROR.code(), reason);
        });
    }

    /// Sends GOAWAY to everybody and refuses new requests; what is subscribed to goes on.
    public void drain() {
        relay.locked(relay.controlPlane()::drain);
    }

    /// For tracks without one of their own.
    PathMode mode() {
        return mode;
    }

    PathMode modeOf(Track track) {
        return trackModes.getOrDefault(track.name, mode);
    }

    /// Whether the kernel is to leave the track to user space.
    boolean isLeftToUserSpace(Track track) {
        return modeOf(track) == PathMode.USERSPACE;
    }

    /// @return empty if the kernel copies the track's objects
    String whyNotKernel(Track track) {
        if (relay.dataPlane() == null) {
            return "the relay has no data plane";
        }
        if (isLeftToUserSpace(track)) {
            return "the mode is userspace";
        }
        Session publisher = track.publisher;
        if (publisher == null || publisher.closed) {
            return "there is no publisher";
        }
        if (track.index == DataPlane.NONE) {
            return track.state == Track.State.REQUESTED
                    ? "the publisher has not answered"
                    : "the kernel cannot open the publisher's packets (other cipher suite), or its maps are full";
        }
        return "";
    }
}
