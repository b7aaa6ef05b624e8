// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The streams of the groups that a new subscriber may begin with are kept, but not without end.
class RecentStreamsTests extends OneSubscriber {
    private static final int PUBLISHED = 3000;

    @Override
    long cacheBytes() {
        return 1 << 30;
    }

    @Test
    void aGroupThatNeverEndsIsKeptInPart() {
        subscriber.closed();
        for (int i = 0; i < PUBLISHED; i++) {
            byte[] bytes = CacheShareTests.subgroup(ALIAS, 1, 1);
            publisher.streamData(PUBLISHER_STREAM + 4L * i, bytes, bytes.length, true);
        }
        Track track = relay.tracks().get(TRACK);
        assertThat(track.streams).hasSize(PUBLISHED);
        now += 2_000_000_000L;
        relay.tick();
        assertThat(track.streams).hasSize(1024);
        assertThat(track.streams).last().matches(stream -> stream.id == PUBLISHER_STREAM + 4L * (PUBLISHED - 1));
    }
}
