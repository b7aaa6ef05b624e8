// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import dev.weir.testkit.Host;
import dev.weir.testkit.TestkitException;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Parameters;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;

/// A subscriber that does not do its part, for as long as it is there.
public final class HarmfulPeer implements AutoCloseable {
    private static final int MANY_STREAMS = 1000;
    private static final long NOT_WANTED = 7;

    private final KwikPeer peer;
    private final AtomicLong refused = new AtomicLong();

    /// What it does not do.
    public enum Kind {
        /// Does its part: what a peer of this kind costs anyhow, to compare with.
        HARMLESS,
        /// Gives no credit: initial_max_data is 0 and stays so. The relay can answer nothing.
        NO_CREDIT,
        /// Acknowledges nothing once it has subscribed.
        NO_ACKS,
        /// Wants no stream: STOP_SENDING for each.
        STOP_SENDING,
        /// Allows no stream at all, not even the relay's control stream, until [#allowStreams]. The relay can answer nothing before.
        NO_STREAMS
    }

    private HarmfulPeer(KwikPeer peer) {
        this.peer = peer;
    }

    /// Connects to a relay and subscribes.
    ///
    /// @param kind what it will not do
    /// @param host where it is
    /// @param port UDP port of the relay
    /// @param track what it subscribes to
    /// @return the peer, subscribed unless it is one that the relay cannot answer
    /// @throws TestkitException if the relay refuses it
    /// @throws Exception if the connection does not come about
    public static HarmfulPeer subscribe(Kind kind, Host host, int port, FullTrackName track) throws Exception {
        KwikPeer connected = host.namespace().call(() -> new KwikPeer(
                host.relayIpv4().getHostAddress(), port, CipherSuite.TLS_CHACHA20_POLY1305_SHA256, KwikPeer.MOQT, habits(kind)));
        var peer = new HarmfulPeer(connected);
        try {
            peer.subscribe(kind, track);
            return peer;
        } catch (Exception e) {
            peer.close();
            throw e;
        }
    }

    private static Consumer<QuicClientConnection.Builder> habits(Kind kind) {
        return switch (kind) {
            case NO_CREDIT -> PeerHabits.connectionCredit(0);
            case NO_STREAMS -> builder -> builder.maxOpenPeerInitiatedUnidirectionalStreams(0);
            case HARMLESS, NO_ACKS, STOP_SENDING -> builder -> {};
        };
    }

    private void subscribe(Kind kind, FullTrackName track) throws Exception {
        KwikPeer.Request request = peer.request(new Subscribe(0, track, Parameters.EMPTY));
        if (kind == Kind.NO_CREDIT || kind == Kind.NO_STREAMS) {
            return;
        }
        if (!(request.answer() instanceof SubscribeOk)) {
            throw new TestkitException("The relay refused the subscription of a harmful peer; look at its log.");
        }
        if (kind == Kind.NO_ACKS) {
            PeerHabits.acknowledgeNothing(peer);
        } else if (kind == Kind.STOP_SENDING) {
            peer.connection.setPeerInitiatedStreamCallback(stream -> {
                refused.incrementAndGet();
                stream.abortReading(NOT_WANTED);
            });
        }
    }

    /// Allows many streams (MAX_STREAMS, RFC 9000 section 19.11).
    ///
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public void allowStreams() throws ReflectiveOperationException {
        PeerHabits.allowUnidirectionalStreams(peer, MANY_STREAMS);
    }

    /// @return streams that came and were refused, so far
    public long refusedStreams() {
        return refused.get();
    }

    /// @return what came so far, DATAGRAMs and streams that have ended; the relay's control stream is none of them
    public long received() {
        return peer.datagrams.size() + peer.streams.size();
    }

    /// Closes the connection.
    @Override
    public void close() {
        peer.close();
    }
}
