// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import dev.weir.testkit.Host;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Parameters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// A subscriber that updates its keys and replaces its connection IDs, over and over, five times a second at most: relays put out
/// who does so much more often. All of that is allowed, so the relay has no reason to close its connection.
public final class RestlessPeer implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final KwikPeer peer;
    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong replacements = new AtomicLong();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean stopped;

    private RestlessPeer(KwikPeer peer) {
        this.peer = peer;
        Thread.ofVirtual().name("restless-peer").start(this::run);
    }

    /// Connects to a relay and subscribes.
    ///
    /// @param host where it is
    /// @param port UDP port of the relay
    /// @param track what it subscribes to
    /// @return the peer, which has begun
    /// @throws Exception if the connection does not come about
    public static RestlessPeer subscribe(Host host, int port, FullTrackName track) throws Exception {
        KwikPeer peer = host.namespace().call(() -> new KwikPeer(
                host.relayIpv4().getHostAddress(), port, CipherSuite.TLS_CHACHA20_POLY1305_SHA256, KwikPeer.MOQT));
        try {
            peer.request(new Subscribe(0, track, Parameters.EMPTY));
            return new RestlessPeer(peer);
        } catch (Exception e) {
            peer.close();
            throw e;
        }
    }

    private void run() {
        try {
            for (long due = System.nanoTime(); !isOver(); due = System.nanoTime() + PERIOD_NANOS) {
                LockSupport.parkNanos(due - System.nanoTime());
                count(PeerHabits.updateKeys(peer), updates);
                count(PeerHabits.replaceOwnConnectionIds(peer), replacements);
            }
            over.complete(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            over.completeExceptionally(e);
        }
    }

    private void count(BooleanSupplier done, AtomicLong counter) {
        while (!done.getAsBoolean()) {
            if (isOver()) {
                return;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        counter.incrementAndGet();
    }

    private boolean isOver() {
        return stopped || peer.closedWith.isDone() || !peer.connection.isConnected();
    }

    /// @return key updates that the relay has followed so far
    public long keyUpdates() {
        return updates.get();
    }

    /// @return how often the relay has gone over to another connection ID so far
    public long replacements() {
        return replacements.get();
    }

    /// @return the QUIC error that the relay closed the connection with; null: none
    public @Nullable Long closedWith() {
        return peer.closedWith.getNow(null);
    }

    /// Ends, and closes the connection.
    @Override
    public void close() {
        stopped = true;
        over.orTimeout(5, TimeUnit.SECONDS).exceptionally(failure -> null).join();
        peer.close();
    }
}
