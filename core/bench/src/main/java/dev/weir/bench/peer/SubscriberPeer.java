// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.ContentOutput;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.SubscriptionFilter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A MoQT draft-18 subscriber to one track, on quiche. Any number of them share a [PeerLoop]; each has a UDP socket and a
/// connection of its own.
///
/// Use: [#connect], [#subscribe], wait for [#ended] or watch [#received], [#finish], [#close]. Methods may be called on any
/// thread but the event loop's.
public final class SubscriberPeer implements AutoCloseable {
    private static final int ANSWER_SECONDS = 15;

    private final MoqtSession session;
    private final SubscriberRequests requests;
    private final InetSocketAddress localAddress;

    private SubscriberPeer(PeerLoop loop, PeerOptions options, Request request) {
        this.requests = new SubscriberRequests(request);
        this.session = MoqtSession.connect(loop, options, requests);
        this.localAddress = session.localAddress();
    }

    /// What to subscribe to.
    ///
    /// @param track the track
    /// @param filter where to begin; null: where the relay begins
    /// @param start the object that must be the first; null: whichever comes first
    /// @param output file for the content; null: none
    /// @param firstMeasuredGroup latency is measured from this group on
    /// @param arrivals hears of every object; null: nobody does
    public record Request(
            FullTrackName track,
            @Nullable SubscriptionFilter filter,
            @Nullable Location start,
            @Nullable Path output,
            long firstMeasuredGroup,
            @Nullable ArrivalListener arrivals) {
        /// A request whose objects nobody is told of one by one.
        public Request(
                FullTrackName track,
                @Nullable SubscriptionFilter filter,
                @Nullable Location start,
                @Nullable Path output,
                long firstMeasuredGroup) {
            this(track, filter, start, output, firstMeasuredGroup, null);
        }

        /// @return the same without a file
        public Request withoutOutput() {
            return new Request(track, filter, start, null, firstMeasuredGroup, arrivals);
        }

        /// @return the same with somebody who hears of every object
        public Request withArrivals(ArrivalListener listener) {
            return new Request(track, filter, start, output, firstMeasuredGroup, listener);
        }

        ContentOutput openOutput() {
            return ContentOutput.open(output);
        }
    }

    /// Connects to the relay and exchanges SETUP. The socket belongs to the calling thread's network namespace.
    ///
    /// @param loop where it runs
    /// @param options how to connect
    /// @param request what to subscribe to, later
    /// @return the connected subscriber
    /// @throws BenchException if the relay cannot be reached or speaks something else
    public static SubscriberPeer connect(PeerLoop loop, PeerOptions options, Request request) {
        return new SubscriberPeer(loop, options, request);
    }

    /// Sends SUBSCRIBE and waits for the answer.
    ///
    /// @throws BenchException if the relay refuses
    public void subscribe() {
        try {
            requests.subscribe(session).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BenchException known) {
                throw known;
            }
            throw new BenchException("The subscription failed (" + e.getCause() + "); look at the relay's log.", e);
        } catch (TimeoutException e) {
            throw new BenchException("The relay did not answer SUBSCRIBE within " + ANSWER_SECONDS + " s; look at its log.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while subscribing.", e);
        }
    }

    /// @return completed with the reason when nothing more will come: PUBLISH_DONE and all its streams are over, or the
    ///     session is
    public CompletableFuture<String> ended() {
        return requests.ended();
    }

    /// @return objects received so far
    public long received() {
        return requests.received();
    }

    /// @return this side's address and port
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /// @return what the relay did against the rules, a sentence; null: nothing
    public @Nullable String violation() {
        return session.violation();
    }

    /// @return 1-RTT packets since SUBSCRIBE_OK that quiche did not accept: wrong tag, number used before, or malformed
    public long rejectedPackets() {
        var result = new CompletableFuture<Long>();
        session.execute(() -> result.complete(requests.rejectedPackets(session)));
        return result.join();
    }

    /// Takes stock. Call it once, when nothing more is to be counted.
    ///
    /// @return what was received
    /// @throws BenchException if the content cannot be written
    public ReceivedTrack finish() {
        var result = new CompletableFuture<ReceivedTrack>();
        session.execute(() -> {
            try {
                result.complete(requests.finish());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.join();
    }

    /// Begins a handshake and goes without a word.
    ///
    /// @param loop where it runs
    /// @param options how to connect
    public static void abandonHandshake(PeerLoop loop, PeerOptions options) {
        QuicTransport.abandonHandshake(loop, options);
    }

    /// Says and hears nothing any more, like a host whose cable was cut. [#close] then closes the socket alone, which the relay
    /// notices no more than that a process was killed.
    public void fallSilent() {
        session.fallSilent();
    }

    /// Closes the connection with an error of the application.
    ///
    /// @param code session error
    public void closeWithError(long code) {
        session.close(true, code);
    }

    /// Closes the connection with an error of QUIC.
    ///
    /// @param code transport error (RFC 9000 section 20.1)
    public void closeWithTransportError(long code) {
        session.close(false, code);
    }

    /// Sends a DATAGRAM, which no subscriber should.
    ///
    /// @param payload any bytes
    public void sendDatagram(byte[] payload) {
        session.execute(() -> session.connection().writeAndFlush(
                session.connection().alloc().directBuffer(payload.length).writeBytes(payload)));
    }

    /// Closes the connection.
    @Override
    public void close() {
        session.close();
    }
}
