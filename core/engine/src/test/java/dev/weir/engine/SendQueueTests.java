// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What waits is known without looking through all streams.
class SendQueueTests extends OneSubscriber {
    private static final int GROUPS = 12;
    private static final int STEPS = 2000;

    private final int[] arrived = new int[GROUPS];
    private final byte[][] streams = new byte[GROUPS][];

    private void step(Random random) {
        int group = random.nextInt(GROUPS);
        long id = PUBLISHER_STREAM + 4L * group;
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                int to = Math.min(streams[group].length, arrived[group] + 1 + random.nextInt(900));
                byte[] bytes = Arrays.copyOfRange(streams[group], arrived[group], to);
                publisher.streamData(id, bytes, bytes.length, to == streams[group].length && arrived[group] < to);
                arrived[group] = to;
            }
            case 3, 4 -> subscriber.nextStreamFrame(200 + random.nextInt(1000));
            case 5 -> subscriber.chunkAcknowledged(FIRST_STREAM + 4L * group, random.nextInt(3000), random.nextInt(900), false);
            case 6 -> subscriber.chunkLost(FIRST_STREAM + 4L * group, random.nextInt(3000), random.nextInt(900), random.nextBoolean());
            default -> {
                if (random.nextInt(20) == 0) {
                    subscriber.stopSending(FIRST_STREAM + 4L * group, 1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theSumsAreThoseOfTheStreams(long seed) {
        for (int group = 0; group < GROUPS; group++) {
            streams[group] = CacheShareTests.subgroup(ALIAS, group, 3000);
        }
        var random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            step(random);
            SendQueue queue = subscriber.queue;
            assertThat(queue.pendingBytes()).isEqualTo(queue.streams().stream().mapToLong(LaneStream::pendingBytes).sum());
            assertThat(queue.pending()).containsExactlyInAnyOrderElementsOf(
                    queue.streams().stream().filter(LaneStream::hasPending).toList());
        }
        assertThat(subscriber.queue.streams()).isNotEmpty();
    }

    @Test
    void whatIsTakenOutWaitsNoLonger() {
        byte[] bytes = CacheShareTests.subgroup(ALIAS, 1, 3000);
        publisher.streamData(PUBLISHER_STREAM, bytes, bytes.length, true);
        assertThat(subscriber.queue.pendingBytes()).isEqualTo(bytes.length);
        subscriber.queue.remove(subscriber.queue.stream(FIRST_STREAM));
        assertThat(subscriber.queue.pendingBytes()).isZero();
        assertThat(subscriber.queue.hasPending()).isFalse();
    }
}
