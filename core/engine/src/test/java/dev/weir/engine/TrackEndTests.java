// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.PublishDoneStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A publisher's PUBLISH_DONE overtakes DATAGRAMs that a full congestion window or the network holds up: they are waited for.
class TrackEndTests extends OneSubscriber {
    private static final long MILLISECOND = 1_000_000L;

    private long packet;
    private int delivered;

    @BeforeEach
    void oneObjectAndTheEnd() {
        publish(0);
        publisherEnd.upstream.message(publisherEnd.upstreamChannel, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), 0, ""));
        relay.tick();
    }

    private void publish(long object) {
        packet++;
        publisher.datagram(packet, datagram(object));
        deliver();
    }

    private void deliver() {
        while (subscriber.nextDatagram(1200) != null) {
            subscriber.datagramDone(false);
            delivered++;
        }
    }

    private void pass(long milliseconds) {
        now += milliseconds * MILLISECOND;
        relay.tick();
    }

    private ControlMessage lastMessage() {
        return request.messages.getLast();
    }

    @Test
    void whatComesLateIsForwardedAndTheEndSaidAfterIt() {
        pass(400);
        publish(1);
        pass(400);
        publish(2);
        assertThat(delivered).isEqualTo(3);
        assertThat(lastMessage()).isNotInstanceOf(PublishDone.class);

        pass(600);

        assertThat(lastMessage()).isInstanceOf(PublishDone.class);
        assertThat(relay.statistics()).doesNotContainKey("dropped.track_ended");
    }

    @Test
    void whatComesAfterTheEndIsCounted() {
        pass(600);
        assertThat(lastMessage()).isInstanceOf(PublishDone.class);

        publish(1);

        assertThat(delivered).isEqualTo(1);
        assertThat(relay.statistics()).containsEntry("dropped.track_ended", 1L).doesNotContainKey("dropped.unknown_alias");
    }

    @Test
    void longAfterTheEndTheAliasMayBeThatOfATrackToCome() {
        pass(600);
        now += 11_000 * MILLISECOND;

        publish(1);

        assertThat(relay.statistics()).doesNotContainKey("dropped.track_ended");
    }

    @Test
    void whoNeverStopsIsNotListenedToForEver() {
        for (int object = 1; object <= 101; object++) {
            pass(100);
            publish(object);
        }

        assertThat(lastMessage()).isInstanceOf(PublishDone.class);
        assertThat(relay.statistics().get("dropped.track_ended")).isBetween(1L, 3L);
    }

    @Test
    void nothingIsWaitedForWhenThePublisherHasLeft() {
        publisher.closed();
        pass(1);

        assertThat(relay.statistics()).containsEntry("tracks", 0L);
    }
}
