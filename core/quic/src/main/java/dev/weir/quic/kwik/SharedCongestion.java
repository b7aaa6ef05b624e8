// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Session;
import dev.weir.engine.trace.ConnectionTrace;
import java.util.List;
import tech.kwik.core.cc.CongestionControlEventListener;
import tech.kwik.core.cc.CongestionController;
import tech.kwik.core.packet.PacketInfo;
import tech.kwik.core.packet.QuicPacket;

/// Kwik's view of the congestion window that it shares with the kernel: bytes in flight live in the shared credit cell,
/// the window in the session's [dev.weir.engine.CongestionControl].
final class SharedCongestion implements CongestionController {
    private final Session session;
    private final CongestionControlEventListener listener;
    private final AcknowledgedFrames frames;

    /// Hears which packets of Kwik's were acknowledged.
    interface AcknowledgedFrames {
        void acknowledged(QuicPacket packet);
    }

    SharedCongestion(Session session, CongestionControlEventListener listener, AcknowledgedFrames frames) {
        this.session = session;
        this.listener = listener;
        this.frames = frames;
    }

    @Override
    public void registerInFlight(QuicPacket packet) {
        session.addInFlight(packet.getSize());
    }

    @Override
    public void registerAcked(List<? extends PacketInfo> packets) {
        long bytes = 0;
        long newest = Long.MIN_VALUE;
        for (PacketInfo info : packets) {
            if (info.packet().isInflightPacket()) {
                bytes += info.packet().getSize();
                newest = Math.max(newest, SteadyClock.nanos(info.timeSent()));
            }
        }
        if (bytes > 0) {
            session.userBytesAcknowledged(bytes, newest);
        }
        for (PacketInfo info : packets) {
            frames.acknowledged(info.packet());
        }
        listener.bytesInFlightDecreased(getBytesInFlight());
    }

    @Override
    public void registerLost(List<? extends PacketInfo> packets) {
        long bytes = 0;
        long newest = Long.MIN_VALUE;
        for (PacketInfo info : packets) {
            bytes += info.packet().getSize();
            newest = Math.max(newest, SteadyClock.nanos(info.timeSent()));
            ConnectionTrace trace = session.trace();
            if (trace != null) {
                trace.lost(false, info.packet().getPacketNumber(), System.nanoTime());
            }
        }
        if (bytes > 0) {
            session.userBytesLost(bytes, newest);
        }
        listener.bytesInFlightDecreased(getBytesInFlight());
    }

    @Override
    public void discard(List<? extends PacketInfo> packets) {
        long bytes = 0;
        for (PacketInfo info : packets) {
            bytes += info.packet().getSize();
        }
        session.addInFlight(-bytes);
        listener.bytesInFlightDecreased(getBytesInFlight());
    }

    @Override
    public boolean canSend(int bytes) {
        return remainingCwnd() > bytes;
    }

    @Override
    public long getBytesInFlight() {
        return session.bytesInFlight();
    }

    @Override
    public long getWindowSize() {
        return session.congestion().window();
    }

    @Override
    public long remainingCwnd() {
        return getWindowSize() - getBytesInFlight();
    }

    @Override
    public void reset() {
        session.addInFlight(-getBytesInFlight());
    }
}
