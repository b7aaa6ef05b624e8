// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import org.junit.jupiter.api.BeforeEach;

/// A relay with a scripted data plane, a publisher, and a subscriber to its only track.
abstract class OneSubscriber {
    static final FullTrackName TRACK = FullTrackName.of("live", "video");
    static final long ALIAS = 9;
    static final long PUBLISHER_STREAM = 2;
    static final long CONNECTION_DATA = 100_000;
    static final long FIRST_STREAM = 7;

    final ScriptedDataPlane plane = new ScriptedDataPlane();
    final RecordingEndpoint publisherEnd = new RecordingEndpoint();
    final RecordingEndpoint subscriberEnd = new RecordingEndpoint();
    final RecordingEndpoint.Channel request = new RecordingEndpoint.Channel(0);
    long now = 1_000_000_000L;
    final Relay relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, cacheBytes(), () -> now);
    Session publisher;
    Session subscriber;

    long cacheBytes() {
        return 1 << 20;
    }

    @BeforeEach
    void subscribe() {
        publisher = relay.newSession();
        subscriber = relay.newSession();
        publisher.established(publisherEnd, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        subscriber.established(subscriberEnd, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        publisher.request(
                new RecordingEndpoint.Channel(0), new PublishNamespace(0, TrackNamespace.of("live"), Parameters.EMPTY));
        subscriber.request(request, new Subscribe(0, TRACK, Parameters.EMPTY));
        publisherEnd.upstream.opened(publisherEnd.upstreamChannel);
        publisherEnd.upstream.message(
                publisherEnd.upstreamChannel, new SubscribeOk(ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        subscriber.requestStreamAcknowledged(0);
        relay.tick();
    }

    static byte[] datagram(long object) {
        return new ObjectDatagram(ALIAS, 5, object, null, new byte[0], false, null, new byte[] {1}).encode();
    }
}
