// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.EntryState;
import dev.weir.abi.Lane;
import dev.weir.abi.LaneFlag;
import dev.weir.abi.WeirLimit;
import dev.weir.engine.QuicEndpoint;
import dev.weir.engine.view.LaneFacts;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.Route;
import dev.weir.kernel.RouteResolver;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rows of the lane table: subscribers' addresses, keys and limits.
///
/// A lane is taken out of force (state, then generation) before it changes and put in force last. Called under the engine's lock.
final class LaneMaps {
    private static final Logger LOG = LoggerFactory.getLogger(LaneMaps.class);
    private static final int NO_GENERATION = 0;

    private final MemorySegment lanes;
    private final ProgramRuns runs;
    private final Attachments attachments;
    private final RouteResolver routes = new RouteResolver();
    private final Map<Integer, Route> routesOf = new HashMap<>();
    private final int port;
    /// The latest question about ways was not answered.
    private boolean isRefused;

    /// @param lanes map `lanes`
    /// @param runs those that may be reading it
    /// @param port UDP port of the relay
    LaneMaps(MemorySegment lanes, ProgramRuns runs, Attachments attachments, int port) {
        this.lanes = lanes;
        this.runs = runs;
        this.attachments = attachments;
        this.port = port;
    }

    /// Puts a lane in force.
    ///
    /// @return false: no route to the peer is known yet, or the kernel cannot be asked for one now
    boolean publish(int slot, QuicEndpoint.WriteSide side, InetSocketAddress peer) {
        Route route = route(peer);
        if (route == null || !knowsDevice(route)) {
            return false;
        }
        InterfaceInfo device = attachments.device(route.ifindex());
        routesOf.put(slot, route);
        LaneHeader header = LaneHeader.of(route, port, peer, side.connectionId());
        MemorySegment lane = Lane.at(lanes, slot);
        int generation = Lane.generation(lane) + 1;
        Lane.state(lane, EntryState.EMPTY.value);
        VarHandle.releaseFence();
        lane.asSlice(Lane.IFINDEX_OFFSET).fill((byte) 0);
        Lane.generation(lane, generation);
        Lane.ifindex(lane, route.ifindex());
        boolean free = device != null && device.kind() != InterfaceInfo.Kind.OTHER;
        Lane.flags(lane, (header.ipv6() ? LaneFlag.IPV6.value : 0) | (free ? LaneFlag.CHECKSUM_FREE.value : 0));
        int mtu = route.mtu() > 0 ? route.mtu() : device == null ? 1500 : device.mtu();
        Lane.maxUdpPayload(lane, Math.min(side.maxUdpPayload(), mtu - LaneHeader.overhead(header.ipv6())));
        write(lane, header);
        write(lane, side);
        VarHandle.releaseFence();
        Lane.state(lane, EntryState.LIVE.value);
        return true;
    }

    private static void write(MemorySegment lane, LaneHeader header) {
        Lane.headerLength(lane, header.length());
        MemorySegment.copy(header.bytes(), 0, Lane.header(lane), ValueLayout.JAVA_BYTE, 0, WeirLimit.HEADER);
        Lane.ipChecksum(lane, header.ipChecksum());
        Lane.pseudoChecksum(lane, header.pseudoChecksum());
    }

    private static void write(MemorySegment lane, QuicEndpoint.WriteSide side) {
        Lane.connectionIdLength(lane, side.connectionId().length);
        Lane.maxDatagramFrame(lane, side.maxDatagramFrame());
        Lane.switchPacketNumber(lane, Long.MAX_VALUE);
        Lane.packetNumberLimit(lane, Long.MAX_VALUE);
        KeyWriter.write(Lane.keys(lane, 0), side.keys());
        Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 0, (byte) side.keys().phase());
        MemorySegment.copy(side.headerProtection(), 0, Lane.hp(lane), ValueLayout.JAVA_BYTE, 0, 32);
        Lane.streamDataLimit(lane, side.streamDataLimit());
    }

    /// Whether packets to the peer would take another way now than when its lane was published.
    boolean routeChanged(int slot, InetSocketAddress peer) {
        Route now = route(peer);
        Route then = routesOf.get(slot);
        return now != null
                && then != null
                && (now.ifindex() != then.ifindex()
                        || !Arrays.equals(now.destinationMac(), then.destinationMac())
                        || !Arrays.equals(now.sourceMac(), then.sourceMac())
                        || !now.source().equals(then.source()));
    }

    /// Lets the kernel draw no number from the limit on.
    void holdPacketNumbers(int slot, long limit) {
        Lane.packetNumberLimit(Lane.at(lanes, slot), limit);
        VarHandle.fullFence();
    }

    /// Packets from the number on have the next keys; ends [#holdPacketNumbers].
    void switchKeys(int slot, QuicEndpoint.Keys next, long switchNumber) {
        MemorySegment lane = Lane.at(lanes, slot);
        if (Lane.switchPacketNumber(lane) != Long.MAX_VALUE) {
            // The switch before this one is long past (an update needs an acknowledged packet): its new keys are the old ones now.
            Lane.keys(lane, 0).copyFrom(Lane.keys(lane, 1));
            Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 0, Lane.keyPhase(lane).get(ValueLayout.JAVA_BYTE, 1));
            VarHandle.releaseFence();
            Lane.switchPacketNumber(lane, Long.MAX_VALUE);
            runs.awaitEnd(); // one that began before may still read keys[1]
        }
        KeyWriter.write(Lane.keys(lane, 1), next);
        Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 1, (byte) next.phase());
        VarHandle.releaseFence();
        Lane.switchPacketNumber(lane, switchNumber);
        VarHandle.releaseFence();
        Lane.packetNumberLimit(lane, Long.MAX_VALUE);
    }

    /// Takes a lane out of force and overwrites its keys.
    void withdraw(int slot) {
        MemorySegment lane = Lane.at(lanes, slot);
        Lane.state(lane, EntryState.EMPTY.value);
        VarHandle.fullFence();
        Lane.generation(lane, Lane.generation(lane) + 1);
        VarHandle.fullFence();
        runs.awaitEnd(); // one that is sealing with these keys must not see half of them
        Lane.keys(lane, 0).fill((byte) 0);
        Lane.keys(lane, 1).fill((byte) 0);
        Lane.hp(lane).fill((byte) 0);
        routesOf.remove(slot);
    }

    int generation(int slot) {
        return slot < WeirLimit.LANES ? Lane.generation(Lane.at(lanes, slot)) : NO_GENERATION;
    }

    private @Nullable Route route(InetSocketAddress peer) {
        return asked(() -> attachments.inNamespace(() -> routes.resolve(peer.getAddress(), null).orElse(null)), null);
    }

    private boolean knowsDevice(Route route) {
        return asked(() -> {
            if (attachments.device(route.ifindex()) == null) {
                attachments.attachAll();
            }
            return true;
        }, false);
    }

    /// A question that fails, for want of a descriptor for example, is asked again later. Meanwhile user space serves that peer; an exception
    /// would end the engine's work for all of them.
    private <T extends @Nullable Object> T asked(Supplier<T> question, T unanswered) {
        try {
            T answer = question.get();
            isRefused = false;
            return answer;
        } catch (KernelException e) {
            if (!isRefused) {
                LOG.atWarn().log("Ways to subscribers cannot be looked up for now, user space serves those that come: {}", e.getMessage());
            }
            isRefused = true;
            return unanswered;
        }
    }

    LaneFacts facts(int slot) {
        return KernelReading.laneFacts(Lane.at(lanes, slot), attachments);
    }

    /// Overwrites all keys.
    void wipe() {
        lanes.fill((byte) 0);
    }
}
