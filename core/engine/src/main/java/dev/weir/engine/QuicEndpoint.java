// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One QUIC connection, as the engine sees it. The adapter (core/quic) implements it.
///
/// The engine calls it while it holds its lock; no method may block or call back into the engine on the same thread.
public interface QuicEndpoint {
    /// ChaCha20-Poly1305 packet protection keys (RFC 9001 section 5.1).
    ///
    /// @param key 32 bytes
    /// @param iv 12 bytes
    /// @param phase key phase bit, 0 or 1
    record Keys(byte[] key, byte[] iv, int phase) {}

    /// What a lane needs to know for sending to this connection.
    ///
    /// @param keys current write keys
    /// @param headerProtection 32-byte header protection key of the write direction
    /// @param connectionId the peer's connection ID in use, 0 to 20 bytes
    /// @param maxUdpPayload bytes the peer takes in one UDP datagram
    /// @param maxDatagramFrame bytes of a whole DATAGRAM frame the peer takes, 0: none
    /// @param streamDataLimit the peer's initial_max_stream_data_uni, bytes
    record WriteSide(
            Keys keys,
            byte[] headerProtection,
            byte[] connectionId,
            int maxUdpPayload,
            int maxDatagramFrame,
            long streamDataLimit) {}

    /// What the data plane needs to know for opening this connection's packets.
    ///
    /// @param keys current read keys and, where they are known, the next ones
    /// @param headerProtection 32-byte header protection key of the read direction
    /// @param connectionIds our own connection IDs that the peer may use, 20 bytes each
    /// @param nextPacketNumber one more than the largest packet number received
    record ReadSide(List<Keys> keys, byte[] headerProtection, List<byte[]> connectionIds, long nextPacketNumber) {}

    /// The peer's UDP address.
    InetSocketAddress remoteAddress();

    /// Write side for the kernel; null if the kernel cannot serve this connection (other cipher suite).
    @Nullable WriteSide writeSide();

    /// Read side for the kernel; null if the kernel cannot serve this connection (other cipher suite).
    @Nullable ReadSide readSide();

    /// Largest DATAGRAM payload that user space can send to this peer, bytes; 0 if it takes none.
    int maxDatagramPayload();

    /// The peer's initial_max_stream_data_uni, bytes.
    long initialStreamDataLimit();

    /// Asks for a call of [Session#nextStreamFrame] as soon as a packet can be sent. Asking twice is the same as once.
    void requestStreamFrame();

    /// Asks for a call of [Session#nextDatagram] as soon as a packet with room for a payload of so many bytes can be sent. Asking
    /// twice is the same as once. What it gives is sent once; [Session#datagramDone] tells when it was acknowledged or lost.
    void requestDatagram(int length);

    /// Sends RESET_STREAM, repeated until acknowledged.
    void sendReset(long streamId, long errorCode, long finalSize);

    /// Sends a PING so that the peer acknowledges what it has.
    void sendPing();

    /// Congestion window or credit has opened: send what waits.
    void wakeSender();

    /// Opens a request stream; `listener` gets its channel and its messages. The first message is sent at once.
    void openRequest(ControlMessage first, RequestListener listener);

    /// Sends a message on our control stream.
    void sendControl(ControlMessage message);

    /// Closes the connection with a MoQT session error code (an application error).
    void close(long errorCode, String reason);

    /// Closes the connection with the QUIC error PROTOCOL_VIOLATION (RFC 9000 section 20.1).
    void closeForViolation(String reason);

    /// Closes the connection with the QUIC error KEY_UPDATE_ERROR.
    void closeForKeyUpdates(String reason);

    /// Hears of the answers on a request stream that we opened. Called on any thread, without the engine's lock.
    interface RequestListener {
        /// The stream is open and its first message is on the way.
        void opened(RequestChannel channel);

        /// A message of the peer.
        void message(RequestChannel channel, ControlMessage message);

        /// The peer has ended or reset the stream, or it could not be opened.
        void closed();
    }
}
