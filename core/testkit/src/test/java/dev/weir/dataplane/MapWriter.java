// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.ConnectionIdOwner;
import dev.weir.abi.Control;
import dev.weir.abi.Credit;
import dev.weir.abi.EntryState;
import dev.weir.abi.Fanout;
import dev.weir.abi.Lane;
import dev.weir.abi.LaneFlag;
import dev.weir.abi.LaneStream;
import dev.weir.abi.LaneStreamKey;
import dev.weir.abi.PacketNumberCell;
import dev.weir.abi.Publisher;
import dev.weir.abi.Replay;
import dev.weir.abi.StreamKey;
import dev.weir.abi.StreamLimit;
import dev.weir.abi.StreamState;
import dev.weir.abi.Subscription;
import dev.weir.abi.SubscriptionFlag;
import dev.weir.abi.TrackKey;
import dev.weir.abi.TrackRef;
import dev.weir.abi.TrackState;
import dev.weir.kernel.BpfMap.UpdateMode;
import dev.weir.kernel.LoadedObject;
import dev.weir.wire.quic.AeadKeys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes the maps as user space does, for one publisher.
final class MapWriter {
    /// What all subscribers ask for.
    static final int SUBSCRIBER_PRIORITY = 131;

    private final LoadedObject object;
    private final int publisher;
    private final int publisherGeneration;

    MapWriter(LoadedObject object, int publisher, int publisherGeneration) {
        this.object = object;
        this.publisher = publisher;
        this.publisherGeneration = publisherGeneration;
    }

    /// Opens the data plane for packets from an address, with a lease that never ends.
    void publisher(AeadKeys keys, byte[] address, int port, byte[] connectionId) {
        var control = object.map("control").element(0);
        Control.leaseUntilNs(control, Long.MAX_VALUE);
        Control.listenPort(control, (short) DataPlane.LISTEN_PORT);
        var struct = object.map("publishers").element(publisher);
        Publisher.generation(struct, publisherGeneration);
        TestKeys.write(keys, Publisher.keys(struct, 0));
        TestKeys.write(keys.hp(), Publisher.hp(struct));
        Publisher.addressFamily(struct, address.length == 16 ? 6 : 4);
        Publisher.port(struct, (short) port);
        TestKeys.write(address, Publisher.address(struct));
        replayWindow(0, 0);
        connectionId(connectionId);
        Publisher.state(struct, EntryState.LIVE.value);
    }

    /// Sets the replay window's largest number plus one, and the number below which all count as seen.
    void replayWindow(long next, long floor) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(Replay.LAYOUT);
            Replay.next(value, next);
            Replay.floor(value, floor);
            object.map("replay").update(arena.allocateFrom(ValueLayout.JAVA_INT, publisher), value, UpdateMode.ANY);
        }
    }

    private void connectionId(byte[] connectionId) {
        try (var arena = Arena.ofConfined()) {
            var key = arena.allocate(8, 8);
            MemorySegment.copy(connectionId, 0, key, ValueLayout.JAVA_BYTE, 0, 8);
            var owner = arena.allocate(ConnectionIdOwner.LAYOUT);
            ConnectionIdOwner.publisher(owner, publisher);
            ConnectionIdOwner.generation(owner, publisherGeneration);
            object.map("connection_ids").update(key, owner, UpdateMode.ANY);
        }
    }

    void lane(LaneSpec spec, byte[] source, int ifindex) {
        var lane = object.map("lanes").element(spec.index);
        Lane.state(lane, EntryState.EMPTY.value);
        Lane.generation(lane, spec.generation);
        Lane.ifindex(lane, ifindex);
        Lane.flags(lane, spec.flags | (spec.ipv6 ? LaneFlag.IPV6.value : 0));
        Lane.connectionIdLength(lane, spec.connectionId.length);
        Lane.maxUdpPayload(lane, spec.maxUdpPayload);
        Lane.maxDatagramFrame(lane, spec.maxDatagramFrame);
        Lane.switchPacketNumber(lane, spec.switchNumber);
        Lane.packetNumberLimit(lane, spec.numberLimit);
        TestKeys.write(spec.keys(), Lane.keys(lane, 0));
        TestKeys.write(spec.nextKeys(), Lane.keys(lane, 1));
        TestKeys.write(spec.keys().hp(), Lane.hp(lane));
        Lane.keyPhase(lane, 1, (byte) 1);
        Lane.streamDataLimit(lane, spec.streamDataLimit);
        header(lane, spec, source);
        PacketNumberCell.next(object.map("packet_numbers").element(spec.index), spec.nextNumber);
        Credit.nextStreamId(object.map("credit").element(spec.index), spec.nextStreamId);
        credit(spec);
        Lane.state(lane, EntryState.LIVE.value);
    }

    private static void header(MemorySegment lane, LaneSpec spec, byte[] source) {
        byte[] template = new UdpFrame(source, spec.address(), DataPlane.LISTEN_PORT, spec.port(), new byte[0]).encode();
        int udp = template.length - 8;
        // A template's lengths and checksums are 0.
        if (spec.ipv6) {
            template[18] = template[19] = 0;
        } else {
            template[16] = template[17] = template[24] = template[25] = 0;
        }
        Arrays.fill(template, udp + 4, udp + 8, (byte) 0);
        System.arraycopy(spec.destinationMac, 0, template, 0, 6);
        System.arraycopy(spec.sourceMac, 0, template, 6, 6);
        byte[] header = Bytes.concat(template, new byte[] {0x43}, spec.connectionId);
        Lane.headerLength(lane, header.length);
        MemorySegment.copy(header, 0, Lane.header(lane), ValueLayout.JAVA_BYTE, 88 - header.length, header.length);
        byte[] pseudo = Bytes.concat(source, spec.address(), new byte[] {0, 17});
        Lane.pseudoChecksum(lane, inMemory(UdpFrame.sum(pseudo)));
        if (!spec.ipv6) {
            Lane.ipChecksum(lane, inMemory(UdpFrame.sum(Arrays.copyOfRange(template, UdpFrame.ETHERNET, udp))));
        }
    }

    /// A sum of words in network order as the sum of the same words as they lie in (little-endian) memory.
    private static int inMemory(int sum) {
        return Short.toUnsignedInt(Short.reverseBytes((short) sum));
    }

    void credit(LaneSpec spec) {
        var credit = object.map("credit").element(spec.index);
        Credit.congestionWindow(credit, spec.congestionWindow);
        Credit.bytesInFlight(credit, 0);
        Credit.connectionData(credit, spec.connectionData);
        Credit.streamIdLimit(credit, spec.streamIdLimit);
        Credit.reserved(credit, spec.reserved);
    }

    void track(TrackSpec spec) {
        trackState(spec);
        try (var arena = Arena.ofConfined()) {
            var key = arena.allocate(TrackKey.LAYOUT);
            TrackKey.publisher(key, publisher);
            TrackKey.alias(key, spec.alias);
            var ref = arena.allocate(TrackRef.LAYOUT);
            TrackRef.track(ref, spec.index);
            TrackRef.generation(ref, spec.generation);
            object.map("tracks").update(key, ref, UpdateMode.ANY);
        }
    }

    /// The publisher has own framing, and this is its one track.
    void ownTrack(TrackSpec spec) {
        trackState(spec);
        var struct = object.map("publishers").element(publisher);
        Publisher.ownTrack(struct, spec.index);
        Publisher.ownTrackGeneration(struct, spec.generation);
    }

    private void trackState(TrackSpec spec) {
        var state = object.map("track_states").element(spec.index);
        int next = 1 - TrackState.active(state);
        var fanout = object.map("fanouts").element(2 * spec.index + next);
        Fanout.count(fanout, spec.subscribers.size());
        for (int i = 0; i < Math.min(256, spec.subscribers.size()); i++) {
            subscription(Fanout.entries(fanout, i), spec.subscribers.get(i));
        }
        TrackState.generation(state, spec.generation);
        TrackState.defaultPriority(state, (byte) spec.defaultPriority);
        TrackState.aliasLength(state, (byte) spec.aliasOverride.length);
        TestKeys.write(spec.aliasOverride, TrackState.alias(state));
        TrackState.active(state, next);
        TrackState.state(state, EntryState.LIVE.value);
    }

    private static void subscription(MemorySegment entry, TrackSpec.Subscriber subscriber) {
        Subscription.lane(entry, subscriber.lane());
        Subscription.laneGeneration(entry, 1);
        Subscription.startGroup(entry, subscriber.startGroup());
        Subscription.startObject(entry, subscriber.startObject());
        Subscription.endGroup(entry, subscriber.endGroup());
        Subscription.flags(entry, subscriber.forward() ? SubscriptionFlag.FORWARD.value : 0);
        Subscription.priority(entry, SUBSCRIBER_PRIORITY);
        Subscription.policy(entry, subscriber.policy());
        Subscription.memory(entry, subscriber.memory());
    }

    /// A lane's stream, in Java.
    record LaneStreamState(int generation, long streamId, long limit, long charged, long shift) {}

    @Nullable LaneStreamState laneStream(int lane, long streamId) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(LaneStream.LAYOUT);
            if (!object.map("lane_streams").lookup(laneStreamKey(arena, lane, streamId), value)) {
                return null;
            }
            return new LaneStreamState(LaneStream.laneGeneration(value), LaneStream.streamId(value), LaneStream.limit(value),
                    LaneStream.charged(value), LaneStream.shift(value));
        }
    }

    /// All streams of a lane.
    List<LaneStreamState> laneStreams(int lane) {
        var streamIds = new ArrayList<Long>();
        object.map("lane_streams").forEachKey(key -> {
            if (LaneStreamKey.lane(key) == lane) {
                streamIds.add(LaneStreamKey.streamId(key));
            }
        });
        return streamIds.stream().map(id -> Objects.requireNonNull(laneStream(lane, id))).toList();
    }

    void laneStream(int lane, long streamId, LaneStreamState state) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(LaneStream.LAYOUT);
            LaneStream.laneGeneration(value, state.generation());
            LaneStream.streamId(value, state.streamId());
            LaneStream.limit(value, state.limit());
            LaneStream.charged(value, state.charged());
            LaneStream.shift(value, state.shift());
            object.map("lane_streams").update(laneStreamKey(arena, lane, streamId), value, UpdateMode.ANY);
        }
    }

    /// Raises a limit as user space does.
    ///
    /// @param laneStreamId the lane's own stream that it is for
    void raiseLimit(int lane, long streamId, long laneStreamId, long limit) {
        try (var arena = Arena.ofConfined()) {
            var raised = arena.allocate(StreamLimit.LAYOUT);
            StreamLimit.key(raised).copyFrom(laneStreamKey(arena, lane, streamId));
            StreamLimit.streamId(raised, laneStreamId);
            StreamLimit.limit(raised, limit);
            object.program("weir_stream_limit").call(raised);
        }
    }

    private MemorySegment laneStreamKey(Arena arena, int lane, long streamId) {
        var key = arena.allocate(LaneStreamKey.LAYOUT);
        LaneStreamKey.lane(key, lane);
        LaneStreamKey.publisher(key, publisher);
        LaneStreamKey.streamId(key, streamId);
        return key;
    }

    /// Next offset that the kernel would claim of a publisher's stream; -1 if it does not know the stream.
    long nextOffset(long streamId) {
        try (var arena = Arena.ofConfined()) {
            var key = arena.allocate(StreamKey.LAYOUT);
            StreamKey.publisher(key, publisher);
            StreamKey.generation(key, publisherGeneration);
            StreamKey.streamId(key, streamId);
            var value = arena.allocate(StreamState.LAYOUT);
            return object.map("streams").lookup(key, value) ? StreamState.nextOffset(value) : -1;
        }
    }

    /// What a packet with a media frame of stream `streamId` could change, as one text.
    String traces(int lanes, long streamId) {
        var traces = new StringBuilder();
        try (var arena = Arena.ofConfined()) {
            var window = arena.allocate(Replay.LAYOUT);
            object.map("replay").lookup(arena.allocateFrom(ValueLayout.JAVA_INT, publisher), window);
            traces.append(Bytes.hex(window.toArray(ValueLayout.JAVA_BYTE))).append(" next offset ").append(nextOffset(streamId));
        }
        for (int i = 0; i < lanes; i++) {
            traces.append("\n").append(i).append(' ').append(Bytes.hex(object.map("credit").element(i).toArray(ValueLayout.JAVA_BYTE)))
                    .append(PacketNumberCell.next(object.map("packet_numbers").element(i))).append(laneStream(i, streamId));
        }
        return traces.toString();
    }
}
