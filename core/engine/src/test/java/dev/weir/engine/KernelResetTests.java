// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Copies that the kernel may just be sending on are reset with what was really sent, and nobody waits for that with the engine's lock.
class KernelResetTests extends OneSubscriber {
    private static final int SUBSCRIBERS = 64;
    private static final int STREAMS = 4;

    private final List<Session> subscribers = new ArrayList<>();
    private final List<RecordingEndpoint> ends = new ArrayList<>();

    @BeforeEach
    void many() {
        for (int i = 0; i < SUBSCRIBERS; i++) {
            var end = new RecordingEndpoint(5000 + i);
            Session session = relay.newSession();
            session.established(end, FIRST_STREAM, 400, CONNECTION_DATA, 25);
            session.request(new RecordingEndpoint.Channel(0), new Subscribe(0, TRACK, Parameters.EMPTY));
            session.requestStreamAcknowledged(0);
            subscribers.add(session);
            ends.add(end);
        }
        relay.tick();
        for (int stream = 0; stream < STREAMS; stream++) {
            copies(stream, 0, 600, true);
        }
        plane.calls.clear();
    }

    private void copies(int stream, long offset, int length, boolean opens) {
        for (Session session : subscribers) {
            long id = opens ? session.cells.drawStreamId() : -1;
            plane.streamCopy(0, session.slot, plane.draw(session.slot), PUBLISHER_STREAM + 4L * stream, offset, length, false, id);
        }
    }

    private void assertReset(int size) {
        assertThat(ends).allSatisfy(end -> assertThat(end.resets()).hasSize(STREAMS).allMatch(each -> each.endsWith(" size " + size)));
    }

    @Test
    void thePublishersResetsCostNoWaiting() {
        for (int stream = 0; stream < STREAMS; stream++) {
            publisher.streamReset(PUBLISHER_STREAM + 4L * stream, 3);
        }
        relay.tick();
        assertThat(plane.calls).doesNotContain("quiesce");
        assertReset(600);
    }

    @Test
    void neitherDoTheSubscribers() {
        subscribers.forEach(session -> session.stopSending(FIRST_STREAM, 4));
        relay.tick();
        assertThat(plane.calls).doesNotContain("quiesce");
        assertThat(ends).allSatisfy(end -> assertThat(end.resets()).containsExactly("reset 7 code 4 size 600"));
    }

    @Test
    void whenThePublisherLeavesEverythingIsWaitedForOnce() {
        publisher.closed();
        relay.tick();
        assertThat(plane.calls).containsOnlyOnce("quiesce");
        assertReset(600);
    }

    @Test
    void whatARunStillSendsIsInTheFinalSize() {
        plane.runGoesOn = true;
        for (int stream = 0; stream < STREAMS; stream++) {
            publisher.streamReset(PUBLISHER_STREAM + 4L * stream, 3);
        }
        relay.tick();
        assertThat(ends).allSatisfy(end -> assertThat(end.resets()).isEmpty());
        for (int stream = 0; stream < STREAMS; stream++) {
            copies(stream, 600, 300, false);
        }
        plane.runGoesOn = false;
        relay.tick();
        assertReset(900);
    }
}
