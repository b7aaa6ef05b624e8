// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.WeirLimit;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whatever one publisher sends, what is kept of the others stays.
class CacheShareTests extends OneSubscriber {
    private static final long SECOND = 1_000_000_000L;
    private static final long UNKNOWN_ALIAS = 77;
    private static final int FLOOD = 2000;

    private Session stranger;

    @BeforeEach
    void another() {
        stranger = relay.newSession();
        stranger.established(new RecordingEndpoint(4001), FIRST_STREAM, 400, CONNECTION_DATA, 25);
    }

    static byte[] subgroup(long alias, long group, int size) {
        var header = SubgroupHeader.of(alias, group, SubgroupMode.ZERO, 0, null, true, true, false);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(new SubgroupObjectWriter(header).object(0, new byte[0], new byte[size]));
        return out.toByteArray();
    }

    private static void send(Session from, long stream, byte[] bytes, boolean fin) {
        from.streamData(stream, bytes, bytes.length, fin);
    }

    private void publish(long group, boolean fin) {
        send(publisher, PUBLISHER_STREAM + 4 * group, subgroup(ALIAS, group, 5000), fin);
    }

    private void flood(long alias, int size) {
        for (int i = 0; i < FLOOD; i++) {
            send(stranger, PUBLISHER_STREAM + 4L * i, subgroup(alias, i, size), true);
            relay.tick();
        }
    }

    private long count(String counter) {
        return relay.statistics().getOrDefault(counter, 0L);
    }

    @Test
    void streamsOfUnknownAliasesPushNobodysOut() {
        publish(1, true);
        flood(UNKNOWN_ALIAS, 10);
        assertThat(count("dropped.cache_evicted")).isZero();
        assertThat(subscriberEnd.events).isEmpty();
        assertThat(count("dropped.unknown_alias")).isGreaterThan(FLOOD / 2);
    }

    @Test
    void largeOnesOfUnknownAliasesPushNobodysOut() {
        publish(1, true);
        flood(UNKNOWN_ALIAS, 200_000);
        assertThat(count("dropped.cache_evicted")).isZero();
        assertThat(subscriberEnd.events).isEmpty();
    }

    @Test
    void streamsOfUnknownAliasesAreForgotten() {
        long before = count("cache.bytes");
        flood(UNKNOWN_ALIAS, 10);
        send(stranger, 1_000_002, subgroup(UNKNOWN_ALIAS, 1, 10), false);
        stranger.streamReset(1_000_002, 0);
        for (int i = 0; i < 4; i++) {
            now += 10 * SECOND;
            relay.tick();
        }
        assertThat(count("cache.bytes")).isEqualTo(before);
        assertThat(count("dropped.unknown_alias")).isEqualTo(FLOOD);
        assertThat(stranger.upstream.size()).isZero();
    }

    @Test
    void aStreamThatIsPushedOutIsForgottenWhenThePublisherHasEndedIt() {
        publish(1, false);
        publish(2, false);
        for (int group = 3; publisher.upstream.stream(PUBLISHER_STREAM + 4) != null
                && !publisher.upstream.stream(PUBLISHER_STREAM + 4).isReset(); group++) {
            publish(group, true);
            relay.tick();
        }
        assertThat(count("dropped.cache_evicted")).isPositive();
        publish(1, true);
        publisher.streamReset(PUBLISHER_STREAM + 8, 0);
        plane.calls.clear();
        for (int i = 0; i < 3; i++) {
            now += SECOND;
            relay.tick();
        }
        assertThat(publisher.upstream.stream(PUBLISHER_STREAM + 4)).isNull();
        assertThat(publisher.upstream.stream(PUBLISHER_STREAM + 8)).isNull();
        assertThat(plane.calls).contains("forget stream " + (PUBLISHER_STREAM + 4), "forget stream " + (PUBLISHER_STREAM + 8));
    }

    @Test
    void whoFillsTheCacheLosesItsOwn() {
        publish(1, true);
        long alias = ALIAS + 1;
        var track = new Track(FullTrackName.of("other", "video"), relay.copies());
        track.publisher = stranger;
        track.state = Track.State.ESTABLISHED;
        track.alias = alias;
        track.upstreamAlias = alias;
        relay.locked(() -> {
            relay.tracks().put(track.name, track);
            stranger.tracksByAlias.put(alias, track);
        });
        flood(alias, 5000);
        assertThat(relay.statistics().get("cache.bytes")).isLessThanOrEqualTo(1 << 20);
        assertThat(track.streams).hasSizeBetween(10, FLOOD / 2);
        assertThat(subscriberEnd.events).isEmpty();
        assertThat(Collections.disjoint(track.streams, publisher.upstream.kept())).isTrue();
        assertThat(publisher.upstream.kept()).hasSize(1);
    }

    @Test
    void streamsThatHaveEndedAreLookedAtTwiceASecond() {
        for (int group = 1; group <= 100; group++) {
            send(publisher, PUBLISHER_STREAM + 4L * group, subgroup(ALIAS, group, 10), true);
        }
        relay.tick();
        long before = relay.cache().looks();
        for (int i = 0; i < 200; i++) {
            now += SECOND / 200;
            relay.tick();
        }
        assertThat(relay.cache().looks() - before).isBetween(100L, 300L); // with 200 ticks, it was 20,000 once
    }

    @Test
    void noPublisherFillsTheKernelsMapOfStreams() {
        subscriber.closed();
        int most = 0;
        for (int i = 0; i < 3 * WeirLimit.STREAMS; i++) {
            send(publisher, PUBLISHER_STREAM + 4L * i, subgroup(ALIAS, 1, 1), true);
            if (i % 100 == 0) {
                now += SECOND / 200;
                relay.tick();
                most = Math.max(most, publisher.upstream.size());
            }
        }
        assertThat(most).isBetween(WeirLimit.STREAMS / 2, WeirLimit.STREAMS / 4 * 3 + 100);
    }
}
