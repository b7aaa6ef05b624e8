// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.EntryState;
import dev.weir.abi.Lane;
import dev.weir.engine.view.KernelView;
import dev.weir.engine.view.LaneFacts;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.MapType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;

/// Reads what the data plane has in the kernel, for people. Keys are never read.
final class KernelReading {
    private KernelReading() {}

    /// @param lane an element of the map `lanes`
    static LaneFacts laneFacts(MemorySegment lane, Attachments attachments) {
        boolean isLive = Lane.state(lane) == EntryState.LIVE.value;
        InterfaceInfo device = isLive ? attachments.device(Lane.ifindex(lane)) : null;
        return new LaneFacts(
                isLive,
                Lane.generation(lane),
                device == null ? "" : device.name(),
                Lane.maxUdpPayload(lane),
                Lane.maxDatagramFrame(lane),
                Lane.streamDataLimit(lane),
                Lane.packetNumberLimit(lane));
    }

    /// @param eventBytes waiting in the ring buffer
    static KernelView view(LoadedObject object, Attachments attachments, long eventBytes) {
        attachments.attachAll();
        List<KernelView.Program> programs = attachments.programs().stream()
                .map(program -> program(program, attachments))
                .toList();
        return new KernelView(
                programs,
                object.maps().stream().map(map -> table(map, eventBytes)).toList(),
                attachments.devices().stream()
                        .map(device -> new KernelView.Device(
                                device.index(), device.name(), device.isUp(), attachments.isAttached(device.index()), device.mtu()))
                        .toList());
    }

    private static KernelView.Program program(BpfProgram program, Attachments attachments) {
        boolean isIngress = program.name().equals(Attachments.PROGRAM);
        BpfProgram.RunStatistics run = isIngress ? attachments.runStatistics() : program.runStatistics();
        return new KernelView.Program(
                program.name(),
                program.id(),
                program.tag(),
                program.verifiedInstructions(),
                isIngress ? attachments.count() : 0,
                run.runCount(),
                run.runTimeNanos());
    }

    private static KernelView.Table table(BpfMap map, long eventBytes) {
        return new KernelView.Table(
                map.name(),
                map.type().name().toLowerCase(Locale.ROOT),
                map.type() == MapType.RING_BUFFER ? (int) eventBytes : map.population(),
                map.maxEntries(),
                map.keySize(),
                map.valueSize());
    }
}
