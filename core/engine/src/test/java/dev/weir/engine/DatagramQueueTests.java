// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// DATAGRAM objects that wait in user space: whose turn it is, which one goes when there are too many, and which are not sent any
/// more when their turn comes.
class DatagramQueueTests extends OneSubscriber {
    private static final FullTrackName CHAT = FullTrackName.of("live", "chat");
    private static final long CHAT_ALIAS = 10;
    private static final Duration MOST = Duration.ofMillis(300);

    private long packets = 40;

    private InstalledPolicy assign(FanoutPolicy policy, FullTrackName track) {
        InstalledPolicy installed = relay.policies().install("under-test", policy);
        relay.policies().assign(List.of(new Policies.Binding(installed, track.toString()::equals, Set.of())));
        relay.tick();
        return installed;
    }

    private static FanoutPolicy latestOnly() {
        return MapEntries.policy(MapEntries.builder().otherwise(Rule.all().maxAge(MOST)).build());
    }

    private static byte[] datagram(long alias, long object, int priority) {
        return new ObjectDatagram(alias, 5, object, priority, new byte[0], false, null, new byte[100]).encode();
    }

    private void arrive(long alias, long object, int priority) {
        publisher.datagram(packets++, datagram(alias, object, priority));
    }

    /// Objects that the subscriber is sent if its connection takes all that waits, and acknowledges it.
    private List<Long> sent() {
        var objects = new ArrayList<Long>();
        List<byte[]> batch;
        while (!(batch = List.copyOf(subscriberEnd.datagrams(subscriber))).isEmpty()) {
            assertThat(batch).hasSizeLessThanOrEqualTo(SendQueue.DATAGRAM_WINDOW);
            batch.forEach(bytes -> objects.add(ObjectDatagram.decode(bytes).object()));
            subscriberEnd.datagrams(subscriber).clear();
            batch.forEach(_ -> subscriber.datagramDone(false));
        }
        return objects;
    }

    private void checkBooks() {
        assertThat(relay.auditor().audit().imbalances()).isEmpty();
    }

    @Test
    void whatHasWaitedTooLongIsNotSentAnyMore() {
        InstalledPolicy policy = assign(latestOnly(), TRACK);
        arrive(ALIAS, 0, 128);
        arrive(ALIAS, 1, 128);
        now += MOST.toNanos() / 2;
        arrive(ALIAS, 2, 128);
        now += MOST.toNanos() / 2 + 1;
        arrive(ALIAS, 3, 128);

        assertThat(sent()).containsExactly(2L, 3L);
        assertThat(relay.policies().account(policy).droppedByUserSpace()).isEqualTo(Map.of("age", 2L));
        assertThat(relay.statistics()).containsEntry("dropped.policy", 2L).containsEntry("copies.userspace", 2L);
        checkBooks();
    }

    @Test
    void whatThePolicyOfTheKernelHasAdmittedGrowsOldAsWell() {
        InstalledPolicy policy = assign(latestOnly(), TRACK);
        plane.datagramLeft(0, subscriber.slot, packets, 5, 0, policy.index, now);
        now += MOST.toNanos() / 2;
        arrive(ALIAS, 0, 128); // user space reads the packet late
        now += MOST.toNanos() / 2 + 1;

        assertThat(sent()).isEmpty();
        var account = relay.policies().account(policy);
        assertThat(account.forwardedByKernel()).isEqualTo(1);
        assertThat(account.forwardedByUserSpace()).isZero();
        assertThat(account.droppedByUserSpace()).isEqualTo(Map.of("age", 1L));
        checkBooks();
    }

    @Test
    void withoutAPolicyNothingGrowsOld() {
        arrive(ALIAS, 0, 128);
        now += 100 * MOST.toNanos();

        assertThat(sent()).containsExactly(0L);
        checkBooks();
    }

    @Test
    void theMostUrgentGoFirstAndTheOthersAsTheyCame() {
        arrive(ALIAS, 0, 192);
        arrive(ALIAS, 1, 128);
        arrive(ALIAS, 2, 64);
        arrive(ALIAS, 3, 128);

        assertThat(sent()).containsExactly(2L, 1L, 3L, 0L);
    }

    @Test
    void onlyThePacketsRoomDecidesWhetherTheNextOneIsTaken() {
        arrive(ALIAS, 0, 128);
        int length = datagram(ALIAS, 0, 128).length;

        assertThat(subscriber.nextDatagram(length - 1)).isNull();
        assertThat(subscriber.nextDatagram(length)).isNotNull();
        assertThat(subscriber.nextDatagram(length)).isNull();
    }

    @Test
    void noMoreAreOutThanTheWindowAllows() {
        for (int i = 0; i < SendQueue.DATAGRAM_WINDOW; i++) {
            arrive(ALIAS, i, 128);
        }
        assertThat(subscriber.cells.reserved()).as("they go out anyway").isZero();
        arrive(ALIAS, SendQueue.DATAGRAM_WINDOW, 128);
        assertThat(subscriber.cells.reserved()).isPositive();
        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(SendQueue.DATAGRAM_WINDOW);

        subscriber.datagramDone(true);

        assertThat(subscriberEnd.datagrams(subscriber)).hasSize(SendQueue.DATAGRAM_WINDOW + 1);
        checkBooks();
    }

    @Test
    void theOldestOfTheLeastUrgentGoesWhenTooManyWait() {
        arrive(ALIAS, 1000, 192);
        arrive(ALIAS, 1001, 192);
        for (int i = 0; i < SendQueue.DATAGRAM_LIMIT; i++) {
            arrive(ALIAS, i, 128);
        }

        assertThat(sent()).containsExactlyElementsOf(LongStream.range(0, SendQueue.DATAGRAM_LIMIT).boxed().toList());
        assertThat(relay.statistics()).containsEntry("dropped.queue_full", 2L);
        checkBooks();
    }

    @Test
    void oneThatIsLessUrgentThanAllThatWaitGoesItself() {
        for (int i = 0; i <= SendQueue.DATAGRAM_LIMIT; i++) {
            arrive(ALIAS, i, i == SendQueue.DATAGRAM_LIMIT ? 129 : 128);
        }

        assertThat(sent()).hasSize(SendQueue.DATAGRAM_LIMIT).doesNotContain((long) SendQueue.DATAGRAM_LIMIT);
        checkBooks();
    }

    /// `chat` gives every object of its track priority 0, whatever the publisher said.
    @Test
    void chatIsNotDroppedBehindAVideoThatFloodsTheQueue() {
        subscribeToChat();
        assign(MapEntries.policy(MapEntries.builder().priorities(priority -> 0).build()), CHAT);
        for (int i = 0; i < 3 * SendQueue.DATAGRAM_LIMIT; i++) {
            arrive(ALIAS, i, 64);
            if (i % 100 == 0) {
                arrive(CHAT_ALIAS, 10_000 + i, 200);
            }
        }

        var sent = sent();
        int chat = (3 * SendQueue.DATAGRAM_LIMIT + 99) / 100;
        assertThat(sent).hasSize(SendQueue.DATAGRAM_LIMIT);
        assertThat(sent.subList(0, chat)).allMatch(object -> object >= 10_000).isSorted();
        assertThat(sent.subList(chat, sent.size())).allMatch(object -> object < 10_000);
        checkBooks();
    }

    private void subscribeToChat() {
        subscriber.request(new RecordingEndpoint.Channel(4), new Subscribe(2, CHAT, Parameters.EMPTY));
        publisherEnd.upstream.opened(publisherEnd.upstreamChannel);
        publisherEnd.upstream.message(
                publisherEnd.upstreamChannel, new SubscribeOk(CHAT_ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        subscriber.requestStreamAcknowledged(4);
        relay.tick();
    }
}
