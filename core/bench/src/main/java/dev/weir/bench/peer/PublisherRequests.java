// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.TrackProperties;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A publisher's control messages: announces a track, and answers who asks for it. Event loop only, but for the readers.
final class PublisherRequests implements SessionEvents {
    private final FullTrackName track;
    private final long alias;
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private TrackProperties properties = TrackProperties.EMPTY;
    private @Nullable RequestStream subscription;
    private volatile boolean forwarding;
    private volatile @Nullable String closedReason;

    PublisherRequests(FullTrackName track, long alias) {
        this.track = track;
        this.alias = alias;
    }

    CompletableFuture<Void> subscribed() {
        return subscribed;
    }

    boolean isForwarding() {
        return forwarding;
    }

    @Nullable String closedReason() {
        return closedReason;
    }

    /// @return completed when the relay agrees
    CompletableFuture<Void> announce(MoqtSession session, TrackProperties trackProperties, boolean offer) {
        var agreed = new CompletableFuture<Void>();
        session.execute(() -> {
            properties = trackProperties;
            long requestId = session.takeRequestId();
            ControlMessage message = offer
                    ? new Publish(requestId, track, alias, Parameters.EMPTY, trackProperties)
                    : new PublishNamespace(requestId, track.namespace(), Parameters.EMPTY);
            session.request(message, new Announcement(agreed, offer));
        });
        return agreed;
    }

    @Override
    public void request(RequestStream stream, ControlMessage message) {
        if (!(message instanceof Subscribe subscribe)) {
            stream.sendLast(new RequestError(RequestErrorCode.NOT_SUPPORTED.code(), 0, "this publisher only takes SUBSCRIBE"));
        } else if (!subscribe.track().equals(track)) {
            stream.sendLast(new RequestError(RequestErrorCode.DOES_NOT_EXIST.code(), 0, "there is no such track"));
        } else if (subscription != null) {
            stream.sendLast(new RequestError(RequestErrorCode.DUPLICATE_SUBSCRIPTION.code(), 0, "subscribed already"));
        } else {
            subscription = stream;
            stream.listen(new Updates());
            stream.send(new SubscribeOk(alias, Parameters.EMPTY, properties));
            forward(subscribe.parameters().forward());
        }
    }

    private void forward(boolean on) {
        forwarding = on;
        if (on) {
            subscribed.complete(null);
        }
    }

    /// Says that the track has ended.
    void done(long streams) {
        if (subscription != null) {
            subscription.sendLast(new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), streams, "the media is over"));
        }
    }

    @Override
    public SubgroupStream subgroup(SubgroupHeader header) {
        throw unwanted();
    }

    @Override
    public void unknownStreamReset() {
        // Whatever it was, it is over.
    }

    @Override
    public void datagram(byte[] bytes) {
        throw unwanted();
    }

    private static MoqtException unwanted() {
        return new MoqtException(SessionError.PROTOCOL_VIOLATION, "objects were sent to a publisher that has no subscription");
    }

    @Override
    public void goaway(Goaway message) {
        // The relay closes the connection when it is ready to; until then objects go on.
    }

    @Override
    public void closed(String reason) {
        closedReason = reason;
        subscribed.completeExceptionally(new BenchException("The publisher's session ended: " + reason + "."));
    }

    /// What comes on the stream of a SUBSCRIBE.
    private final class Updates implements RequestStream.Listener {
        @Override
        public void message(RequestStream stream, ControlMessage message) {
            if (!(message instanceof RequestUpdate update)) {
                throw new MoqtException(SessionError.PROTOCOL_VIOLATION, "a " + message.getClass().getSimpleName() + " after SUBSCRIBE");
            }
            if (update.parameters().hasForward()) {
                forward(update.parameters().forward());
            }
            stream.send(new RequestOk(Parameters.EMPTY, TrackProperties.EMPTY));
        }

        @Override
        public void ended(String reason) {
            subscription = null;
            forwarding = false;
        }
    }

    /// What comes on the stream of a PUBLISH or PUBLISH_NAMESPACE.
    private final class Announcement implements RequestStream.Listener {
        private final CompletableFuture<Void> agreed;
        private final boolean offer;

        Announcement(CompletableFuture<Void> agreed, boolean offer) {
            this.agreed = agreed;
            this.offer = offer;
        }

        @Override
        public void message(RequestStream stream, ControlMessage message) {
            switch (message) {
                case RequestOk ok when !agreed.isDone() -> {
                    agreed.complete(null);
                    if (offer) {
                        subscription = stream;
                        forward(ok.parameters().forward());
                    }
                }
                case RequestUpdate update when offer -> new Updates().message(stream, update);
                case RequestError error -> agreed.completeExceptionally(new BenchException("error 0x"
                        + Long.toHexString(error.code()) + " '" + error.reason() + "'"));
                default -> throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                        "a " + message.getClass().getSimpleName() + " in answer to an announcement");
            }
        }

        @Override
        public void ended(String reason) {
            agreed.completeExceptionally(new BenchException(reason));
            if (offer) {
                forwarding = false;
            }
        }
    }
}
