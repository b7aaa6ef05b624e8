// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.ConnectionIdOwner;
import dev.weir.abi.EntryState;
import dev.weir.abi.Publisher;
import dev.weir.abi.Replay;
import dev.weir.abi.StreamKey;
import dev.weir.abi.StreamState;
import dev.weir.abi.WeirLimit;
import dev.weir.engine.DataPlane;
import dev.weir.engine.QuicEndpoint;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.LoadedObject;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The maps that say whose packets the kernel opens: publishers, their replay windows, our connection IDs, their streams.
final class PublisherMaps {
    private static final long NEVER = Long.MAX_VALUE;

    private final MemorySegment publishers;
    private final BpfMap replay;
    private final BpfMap connectionIds;
    private final BpfMap streams;
    private final BitSet used = new BitSet();
    private final Map<Integer, Set<Long>> idsOf = new HashMap<>();
    private final MemorySegment idKey;
    private final MemorySegment idValue;
    private final MemorySegment streamKey;
    private final MemorySegment streamValue;

    PublisherMaps(LoadedObject object, Arena arena) {
        publishers = object.map("publishers").mmap();
        replay = object.map("replay");
        connectionIds = object.map("connection_ids");
        streams = object.map("streams");
        idKey = arena.allocate(ValueLayout.JAVA_LONG);
        idValue = arena.allocate(ConnectionIdOwner.LAYOUT);
        streamKey = arena.allocate(StreamKey.LAYOUT);
        streamValue = arena.allocate(StreamState.LAYOUT);
    }

    int open(QuicEndpoint.ReadSide side, InetSocketAddress peer) {
        int index = used.nextClearBit(0);
        if (index >= WeirLimit.PUBLISHERS) {
            return DataPlane.NONE;
        }
        used.set(index);
        seedReplay(index, side.nextPacketNumber());
        MemorySegment publisher = Publisher.at(publishers, index);
        int generation = Publisher.generation(publisher) + 1;
        publisher.fill((byte) 0);
        Publisher.generation(publisher, generation);
        for (QuicEndpoint.Keys keys : side.keys()) {
            KeyWriter.write(Publisher.keys(publisher, keys.phase()), keys);
        }
        MemorySegment.copy(side.headerProtection(), 0, Publisher.hp(publisher), ValueLayout.JAVA_BYTE, 0, 32);
        byte[] address = peer.getAddress().getAddress();
        Publisher.addressFamily(publisher, peer.getAddress() instanceof Inet6Address ? 6 : 4);
        Publisher.port(publisher, (short) peer.getPort());
        MemorySegment.copy(address, 0, Publisher.address(publisher), ValueLayout.JAVA_BYTE, 0, address.length);
        VarHandle.releaseFence();
        Publisher.state(publisher, EntryState.LIVE.value);
        idsOf.put(index, new HashSet<>());
        updateIds(index, side);
        return index;
    }

    private void seedReplay(int index, long nextPacketNumber) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment key = call.allocate(ValueLayout.JAVA_INT);
            key.set(ValueLayout.JAVA_INT, 0, index);
            MemorySegment value = call.allocate(Replay.LAYOUT);
            Replay.next(value, nextPacketNumber);
            Replay.floor(value, nextPacketNumber);
            replay.update(key, value, BpfMap.UpdateMode.ANY);
        }
    }

    void update(int index, QuicEndpoint.ReadSide side) {
        MemorySegment publisher = Publisher.at(publishers, index);
        for (QuicEndpoint.Keys keys : side.keys()) {
            KeyWriter.write(Publisher.keys(publisher, keys.phase()), keys);
        }
        updateIds(index, side);
    }

    private void updateIds(int index, QuicEndpoint.ReadSide side) {
        var wanted = new HashSet<Long>();
        for (byte[] id : side.connectionIds()) {
            wanted.add(ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getLong());
        }
        Set<Long> present = idsOf.computeIfAbsent(index, i -> new HashSet<>());
        for (long id : wanted) {
            if (present.add(id)) {
                idKey.set(ValueLayout.JAVA_LONG, 0, id);
                ConnectionIdOwner.publisher(idValue, index);
                ConnectionIdOwner.generation(idValue, generation(index));
                connectionIds.update(idKey, idValue, BpfMap.UpdateMode.ANY);
            }
        }
        present.removeIf(id -> !wanted.contains(id) && deleteId(id));
    }

    private boolean deleteId(long id) {
        idKey.set(ValueLayout.JAVA_LONG, 0, id);
        connectionIds.delete(idKey);
        return true;
    }

    /// Everything the publisher sends belongs to this track from now on; generation 0: its MoQT headers tell.
    void ownTrack(int index, int track, int trackGeneration) {
        MemorySegment publisher = Publisher.at(publishers, index);
        Publisher.ownTrackGeneration(publisher, 0);
        VarHandle.releaseFence();
        Publisher.ownTrack(publisher, track);
        VarHandle.releaseFence();
        Publisher.ownTrackGeneration(publisher, trackGeneration);
    }

    void received(int index, long nextPacketNumber) {
        Publisher.received(Publisher.at(publishers, index), nextPacketNumber);
    }

    int generation(int index) {
        return Publisher.generation(Publisher.at(publishers, index));
    }

    void close(int index) {
        MemorySegment publisher = Publisher.at(publishers, index);
        Publisher.state(publisher, EntryState.EMPTY.value);
        VarHandle.fullFence();
        Publisher.generation(publisher, Publisher.generation(publisher) + 1);
        VarHandle.fullFence();
        Publisher.keys(publisher, 0).fill((byte) 0);
        Publisher.keys(publisher, 1).fill((byte) 0);
        Publisher.hp(publisher).fill((byte) 0);
        Set<Long> ids = idsOf.remove(index);
        if (ids != null) {
            ids.forEach(this::deleteId);
        }
        used.clear(index);
    }

    void blockStream(int index, long stream) {
        streamKey(index, generation(index), stream);
        streamValue.fill((byte) 0);
        StreamState.nextOffset(streamValue, NEVER);
        StreamState.finished(streamValue, (byte) 1);
        streams.update(streamKey, streamValue, BpfMap.UpdateMode.NOEXIST);
    }

    void forgetStream(int index, int generation, long stream) {
        streamKey(index, generation, stream);
        streams.delete(streamKey);
    }

    private void streamKey(int index, int generation, long stream) {
        StreamKey.publisher(streamKey, index);
        StreamKey.generation(streamKey, generation);
        StreamKey.streamId(streamKey, stream);
    }

    /// Overwrites all keys with zeros.
    void wipe() {
        publishers.fill((byte) 0);
    }
}
