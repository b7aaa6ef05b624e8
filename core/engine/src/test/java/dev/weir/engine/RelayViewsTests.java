// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.view.LaneStatus;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is seen of a relay, and what it can be made to do, with one publisher and one subscriber.
class RelayViewsTests {
    private static final FullTrackName TRACK = FullTrackName.of("live", "video");
    private static final String NAME = TRACK.toString();
    private static final long ALIAS = 9;

    private final ScriptedDataPlane plane = new ScriptedDataPlane();
    private final RecordingEndpoint publisherEnd = new RecordingEndpoint();
    private final RecordingEndpoint subscriberEnd = new RecordingEndpoint();
    private long now = 1_000_000_000L;
    private final Relay relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, 1 << 20, () -> now);
    private Session publisher;
    private Session subscriber;

    @BeforeEach
    void connect() {
        publisher = relay.newSession();
        subscriber = relay.newSession();
        publisher.established(publisherEnd, 7, 400, 100_000, 25);
        subscriber.established(subscriberEnd, 7, 400, 100_000, 25);
        publisher.request(
                new RecordingEndpoint.Channel(0), new PublishNamespace(0, TrackNamespace.of("live"), Parameters.EMPTY));
        subscriber.request(new RecordingEndpoint.Channel(0), new Subscribe(0, TRACK, Parameters.EMPTY));
        publisherEnd.upstream.opened(publisherEnd.upstreamChannel);
        publisherEnd.upstream.message(
                publisherEnd.upstreamChannel, new SubscribeOk(ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        subscriber.requestStreamAcknowledged(0);
        relay.tick();
    }

    private void publish(long number, long group, long object) {
        publisher.datagram(number, new ObjectDatagram(ALIAS, group, object, 5, new byte[0], false, null, new byte[100]).encode());
    }

    private String answer(Long group, Long object) {
        return relay.views().explain(subscriber.slot, null, group, object).answer();
    }

    private void dropEverything(String reason) {
        ObjectFilter filter = (object, lane, state) -> Verdict.drop(reason);
        InstalledPolicy policy = relay.policies().install("severe", new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return filter;
            }
        });
        relay.policies().assign(List.of(new Policies.Binding(policy, track -> true, Set.of())));
    }

    @Test
    void tellsTracksConnectionsAndLanes() {
        publish(1, 3, 0);
        subscriberEnd.datagrams(subscriber);
        now += 5_000_000_000L;

        assertThat(relay.views().tracks()).singleElement().satisfies(track -> {
            assertThat(track.name()).isEqualTo(NAME);
            assertThat(track.path()).isEqualTo("kernel");
            assertThat(track.publisher()).isEqualTo(publisher.slot);
            assertThat(track.largestGroup()).isEqualTo(3);
            assertThat(track.receivedDatagrams()).isEqualTo(1);
            assertThat(track.kernelLanes()).isEqualTo(1);
        });
        assertThat(relay.views().subscribers()).singleElement().satisfies(each -> {
            assertThat(each.id()).isEqualTo(subscriber.slot);
            assertThat(each.ageNanos()).isEqualTo(5_000_000_000L);
            assertThat(each.tracks()).containsExactly(NAME);
            assertThat(each.subscriptions().getFirst().state()).isEqualTo("active");
            assertThat(each.subscriptions().getFirst().sentByUserSpace()).isEqualTo(1);
        });
        assertThat(relay.views().publishers()).singleElement().satisfies(each -> assertThat(each.tracks()).containsExactly(NAME));
        assertThat(relay.views().relay().subscriptions()).isEqualTo(1);
    }

    @Test
    void tellsEveryLimitOfALane() {
        subscriber.cells.congestionWindow(10_000);
        subscriber.cells.addInFlight(9_500);
        LaneStatus lane = relay.views().lane(subscriber.slot);

        assertThat(lane.limits()).extracting(LaneStatus.Limit::name).containsExactly(
                "congestion window", "MAX_DATA", "MAX_STREAMS", "MAX_STREAM_DATA", "max_datagram_frame_size", "packet size",
                "DATAGRAM queue", "lease", "lane in force", "key usage");
        assertThat(lane.limits().getFirst()).satisfies(window -> {
            assertThat(window.left()).isEqualTo(500);
            assertThat(window.isReached()).isTrue();
        });
        assertThat(lane.limits().get(2).left()).as("stream IDs 7, 11, …, 399").isEqualTo(99);
        assertThat(relay.views().lane(99)).isNull();
    }

    @Test
    void aModeEmptiesTheLaneListAndFillsItAgain() {
        relay.steering().setMode(PathMode.USERSPACE, NAME);
        assertThat(plane.calls).endsWith("fanout 0 []");
        assertThat(relay.views().tracks().getFirst()).satisfies(track -> {
            assertThat(track.path()).isEqualTo("userspace");
            assertThat(track.reason()).isEqualTo("the mode is userspace");
        });
        publish(1, 0, 0);
        assertThat(subscriberEnd.datagrams(subscriber)).as("user space serves").hasSize(1);

        relay.steering().setMode(PathMode.AUTO, null);
        assertThat(plane.calls).endsWith("fanout 0 [1]");
        assertThat(relay.views().tracks().getFirst().mode()).isEqualTo("auto");
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> relay.steering().setMode(PathMode.USERSPACE, "live/none"))
                .isInstanceOf(SteeringException.class).hasMessageContaining("'track list' names them");
        var alone = new Relay(null, LaneClassifier.defaultOnly(), 200_000_000L, 1 << 20, () -> now);
        assertThatThrownBy(() -> alone.steering().setMode(PathMode.KERNEL, null)).hasMessageContaining("no data plane");
        assertThatThrownBy(() -> relay.steering().kick(publisher.slot, "no")).hasMessageContaining("There is no subscriber");
        assertThatThrownBy(() -> relay.views().explain(99, null, null, null)).hasMessageContaining("There is no subscriber 99");
        assertThatThrownBy(() -> relay.views().explain(subscriber.slot, "live/audio", 0L, null))
                .hasMessageContaining("does not subscribe to 'live/audio'; it subscribes to " + NAME);
    }

    @Test
    void explainsAPolicysDrop() {
        dropEverything("too_late");
        publish(1, 4, 0);
        publish(2, 4, 1);

        assertThat(answer(4L, 1L)).isEqualTo(
                "Not sent: object 1 of group 4 was dropped by the policy severe in user space (too_late), 0.0 s ago.");
        assertThat(relay.views().explain(subscriber.slot, NAME, null, null).countsByReason())
                .containsEntry("dropped by the policy in user space: too_late", 2L);
    }

    @Test
    void explainsWhatWasNotWantedOrNotThere() {
        publish(1, 4, 0);

        assertThat(answer(4L, 0L)).isEqualTo(
                "Not sent yet: object 0 of group 4 waits in user space, as one of 1 DATAGRAMs, for room in the congestion window.");
        subscriberEnd.datagrams(subscriber);
        assertThat(answer(4L, 0L)).startsWith("Nothing stood in the way of object 0 of group 4; of that group the kernel sent 0 frames and user space 1");
        assertThat(answer(5L, 0L)).contains("has not come from the publisher; the largest location is object 0 of group 4");
        assertThat(answer(2L, 0L)).startsWith("Nothing is remembered of object 0 of group 2");
        subscriber.subscriptions.values().iterator().next().start = new dev.weir.wire.moqt.Location(3, 0);
        assertThat(answer(2L, 0L)).contains("is outside of the subscription, which goes from object 0 of group 3 to the end");
    }

    @Test
    void kicksASubscriber() {
        relay.steering().kick(subscriber.slot, "not paid");

        assertThat(subscriberEnd.events).containsExactly("close 0");
    }

    @Test
    void saysGoawayOnce() {
        relay.steering().drain();
        relay.announceShutdown();

        assertThat(subscriberEnd.control).filteredOn(Goaway.class::isInstance).hasSize(1);
        assertThat(relay.views().relay().isDraining()).isTrue();
    }
}
