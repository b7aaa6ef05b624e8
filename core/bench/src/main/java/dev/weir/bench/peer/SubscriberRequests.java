// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.TrackProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A subscriber's control messages and objects. Event loop only, but for the readers that say otherwise.
final class SubscriberRequests implements SessionEvents {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CHECK_MILLIS = 50;

    private final SubscriberPeer.Request request;
    private final CompletableFuture<Void> accepted = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    /// Objects may come before the SUBSCRIBE_OK that explains their alias.
    private final List<Runnable> early = new ArrayList<>();
    private volatile @Nullable Reception reception;
    private MoqtSession.@Nullable PacketCounts countsAtStart;
    private @Nullable PublishDone done;
    private long alias;
    private long lastArrival;

    SubscriberRequests(SubscriberPeer.Request request) {
        this.request = request;
    }

    CompletableFuture<String> ended() {
        return ended;
    }

    CompletableFuture<Void> subscribe(MoqtSession session) {
        session.execute(() -> {
            Parameters parameters = Parameters.builder().filter(request.filter()).build();
            session.request(new Subscribe(session.takeRequestId(), request.track(), parameters), new Answers(session));
        });
        return accepted;
    }

    /// Any thread.
    long received() {
        Reception known = reception;
        return known == null ? 0 : known.received();
    }

    long rejectedPackets(MoqtSession session) {
        MoqtSession.PacketCounts before = countsAtStart;
        if (before == null) {
            return 0;
        }
        MoqtSession.PacketCounts now = session.packetCounts();
        return (now.arrived() - before.arrived()) - (now.accepted() - before.accepted());
    }

    ReceivedTrack finish() {
        Reception known = reception;
        return (known == null ? new Reception(TrackProperties.EMPTY, request) : known).finish();
    }

    @Override
    public void request(RequestStream stream, ControlMessage message) {
        stream.sendLast(new RequestError(RequestErrorCode.NOT_SUPPORTED.code(), 0, "this subscriber takes no requests"));
    }

    @Override
    public SubgroupStream subgroup(SubgroupHeader header) {
        Reception known = reception;
        if (known == null) {
            var waiting = new EarlySubgroup(header);
            early.add(waiting::replay);
            return waiting;
        }
        requireAlias(header.alias());
        return new SubgroupReception(header, known, this::noteArrival);
    }

    @Override
    public void unknownStreamReset() {
        noteArrival();
        Reception known = reception;
        if (known == null) {
            early.add(this::unknownStreamReset);
        } else {
            known.unknownStreamReset();
        }
    }

    @Override
    public void datagram(byte[] bytes) {
        noteArrival();
        Reception known = reception;
        if (known == null) {
            early.add(() -> datagram(bytes));
            return;
        }
        ObjectDatagram object = ObjectDatagram.decode(bytes);
        requireAlias(object.alias());
        if (object.status() == null || object.status() == 0) {
            known.object(new Location(object.group(), object.object()), object.priority(), object.properties(), object.payload());
        }
        if (object.endOfGroup()) {
            known.groupEnds(object.group(), object.object());
        }
    }

    private void requireAlias(long seen) {
        if (seen != alias) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                    "an object has track alias " + seen + ", but the subscription has " + alias);
        }
    }

    private void noteArrival() {
        lastArrival = System.nanoTime();
    }

    @Override
    public void goaway(Goaway message) {
        // Nowhere else to go: what is on its way still counts, and the relay closes when it is done.
    }

    @Override
    public void closed(String reason) {
        accepted.completeExceptionally(new BenchException(
                "The subscriber's session ended (" + reason + "); look at the relay's log."));
        ended.complete(reason);
    }

    /// Streams may still be on their way when PUBLISH_DONE comes; how many datagrams are, nobody says.
    private void checkEnd(MoqtSession session) {
        PublishDone known = done;
        Reception receiving = reception;
        if (known == null || receiving == null || ended.isDone()) {
            return;
        }
        long quiet = System.nanoTime() - lastArrival;
        boolean allStreams = known.streamCount() <= receiving.streamsOver();
        if (allStreams && quiet > QUIET_NANOS || quiet > GIVE_UP_NANOS) {
            ended.complete("the track ended" + (known.reason().isEmpty() ? "" : ": " + known.reason()));
        } else {
            session.connection().eventLoop().schedule(() -> checkEnd(session), CHECK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// What comes on the stream of our SUBSCRIBE.
    private final class Answers implements RequestStream.Listener {
        private final MoqtSession session;

        Answers(MoqtSession session) {
            this.session = session;
        }

        @Override
        public void message(RequestStream stream, ControlMessage message) {
            switch (message) {
                case SubscribeOk ok when reception == null -> accept(ok);
                case RequestError error when reception == null -> accepted.completeExceptionally(refusal(error));
                case RequestOk ok when reception != null -> noteArrival();
                case PublishDone last when reception != null && done == null -> {
                    done = last;
                    noteArrival();
                    checkEnd(session);
                }
                default -> throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                        "an unexpected " + message.getClass().getSimpleName() + " in answer to SUBSCRIBE");
            }
        }

        private void accept(SubscribeOk ok) {
            alias = ok.trackAlias();
            reception = new Reception(ok.properties(), request);
            countsAtStart = session.packetCounts();
            session.delayAcknowledgements();
            early.forEach(Runnable::run);
            early.clear();
            accepted.complete(null);
        }

        private BenchException refusal(RequestError error) {
            FullTrackName track = request.track();
            return error.code() == RequestErrorCode.DOES_NOT_EXIST.code()
                    ? new BenchException("The relay knows no track " + track + " (" + error.reason()
                            + "); start its publisher first, or check namespace and track name.")
                    : new BenchException("The relay refuses the subscription to " + track + " with error 0x"
                            + Long.toHexString(error.code()) + " (" + error.reason() + "); look at its log.");
        }

        @Override
        public void ended(String reason) {
            accepted.completeExceptionally(new BenchException(
                    "The relay ended the subscription without an answer (" + reason + "); look at its log."));
            if (done == null) {
                ended.complete(reason);
            }
        }
    }

    /// A subgroup stream that came before SUBSCRIBE_OK.
    private final class EarlySubgroup implements SubgroupStream {
        private final SubgroupHeader header;
        private final List<Runnable> events = new ArrayList<>();
        private @Nullable SubgroupStream real;

        EarlySubgroup(SubgroupHeader header) {
            this.header = header;
        }

        void replay() {
            real = subgroup(header);
            events.forEach(Runnable::run);
        }

        @Override
        public void bytes(byte[] bytes) {
            pass(() -> stream().bytes(bytes));
        }

        @Override
        public void finished() {
            pass(() -> stream().finished());
        }

        @Override
        public void reset(long code) {
            pass(() -> stream().reset(code));
        }

        private void pass(Runnable event) {
            if (real == null) {
                events.add(event);
            } else {
                event.run();
            }
        }

        private SubgroupStream stream() {
            SubgroupStream known = real;
            if (known == null) {
                throw new IllegalStateException("Events are replayed only once the stream is known.");
            }
            return known;
        }
    }
}
