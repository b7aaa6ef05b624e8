// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import dev.weir.abi.Impair;
import dev.weir.abi.ImpairConfig;
import dev.weir.abi.ImpairFlag;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.MonotonicClock;
import dev.weir.kernel.TcxAttachment;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.TestkitException;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.net.SocketException;

/// Makes the network at a device unkind, from [#on] to [#close]. Needs root or the relay's capabilities.
///
/// The program is behind those that are at the device's tcx hook already: attached to a relay's own device, it would see only what the
/// data plane passed up. So attach it to the other end of the link: to packets for a subscriber at the ingress of the subscriber's device,
/// to packets of a publisher at the egress of the publisher's. For any number of threads.
public final class Impairer implements AutoCloseable {
    /// Which packets of the device.
    public enum Direction {
        /// Those that arrive.
        IN,
        /// Those that leave.
        OUT
    }

    private final LoadedObject object;
    private final TcxAttachment attachment;
    private final MemorySegment state;

    private Impairer(LoadedObject object, TcxAttachment attachment, MemorySegment state) {
        this.object = object;
        this.attachment = attachment;
        this.state = state;
    }

    /// Begins.
    ///
    /// @param device name of the interface, in the calling thread's network namespace
    /// @param direction which of its packets
    /// @param impairment how unkind
    /// @return to be closed
    /// @throws TestkitException if there is no such device
    /// @throws dev.weir.kernel.KernelException if the kernel refuses, as a sentence with a remedy
    public static Impairer on(String device, Direction direction, Impairment impairment) {
        int ifindex = ifindex(device);
        LoadedObject object = BpfObjectFile.ofResource("/bpf/weir_impair.bpf.o").load();
        try {
            MemorySegment state = object.map("impair").element(0);
            MemorySegment config = Impair.config(state);
            ImpairConfig.ifindex(config, ifindex);
            write(config, direction, impairment);
            TcxAttachment attachment = direction == Direction.IN
                    ? TcxAttachment.ingress(object.program("weir_impair"), ifindex)
                    : TcxAttachment.egress(object.program("weir_impair"), ifindex);
            return new Impairer(object, attachment, state);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /// Begins in another namespace.
    ///
    /// @param namespace where the device is
    /// @param device name of the interface
    /// @param direction which of its packets
    /// @param impairment how unkind
    /// @return to be closed
    /// @throws TestkitException if there is no such device
    public static Impairer on(NetworkNamespace namespace, String device, Direction direction, Impairment impairment) {
        try {
            return namespace.call(() -> on(device, direction, impairment));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new TestkitException("Cannot impair " + device + " in " + namespace + " (" + e + ").", e);
        }
    }

    private static int ifindex(String device) {
        try {
            NetworkInterface found = NetworkInterface.getByName(device);
            if (found == null) {
                throw new TestkitException("There is no device " + device + " in this network namespace; 'ip link' lists those that are.");
            }
            return found.getIndex();
        } catch (SocketException e) {
            throw new TestkitException("The devices of this network namespace cannot be listed (" + e.getMessage() + ").", e);
        }
    }

    private static void write(MemorySegment config, Direction direction, Impairment impairment) {
        ImpairConfig.seed(config, impairment.seed());
        ImpairConfig.blackholeStartNs(config, MonotonicClock.nanos());
        ImpairConfig.blackholePeriodNs(config, impairment.blackholePeriod().toNanos());
        ImpairConfig.blackholeLengthNs(config, impairment.blackholeLength().toNanos());
        ImpairConfig.lossStart(config, impairment.lossStartPerMillion());
        ImpairConfig.lossBurst(config, impairment.burst());
        ImpairConfig.duplicate(config, impairment.duplicatePerMillion());
        ImpairConfig.corrupt(config, impairment.corruptPerMillion());
        ImpairConfig.port(config, impairment.port());
        ImpairConfig.minimum(config, impairment.minimumPayload());
        ImpairConfig.flags(config, (direction == Direction.OUT ? ImpairFlag.EGRESS.value : 0)
                | (impairment.shortHeadersOnly() ? ImpairFlag.SHORT_ONLY.value : 0));
    }

    /// Changes how unkind the network is; the ordinals of packets and the counts go on. A packet on its way at this moment may meet a
    /// mixture of both.
    ///
    /// @param impairment from now on
    public void change(Impairment impairment) {
        MemorySegment config = Impair.config(state);
        Direction direction = (ImpairConfig.flags(config) & ImpairFlag.EGRESS.value) == 0 ? Direction.IN : Direction.OUT;
        write(config, direction, impairment);
    }

    /// @return what became of the packets so far
    public ImpairmentCounts counts() {
        return ImpairmentCounts.of(Impair.counts(state));
    }

    /// Takes the program off the device.
    @Override
    public void close() {
        attachment.close();
        object.close();
    }
}
