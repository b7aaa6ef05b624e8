// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/// A subscriber that is slow to allow streams gets them all nevertheless, or a counter says that it did not.
class StreamLimitTests extends OneSubscriber {
    private static final long SECOND = 1_000_000_000L;
    private static final int GROUPS = 20;

    private void publish(long group) {
        var header = SubgroupHeader.of(ALIAS, group, SubgroupMode.ZERO, 0, null, true, true, false);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(new SubgroupObjectWriter(header).object(0, new byte[0], new byte[100]));
        publisher.streamData(PUBLISHER_STREAM + 4 * group, out.toByteArray(), out.size(), true);
    }

    private void publishWithoutLimit() {
        subscriber.cells.streamIds(FIRST_STREAM, FIRST_STREAM);
        for (int group = 0; group < GROUPS; group++) {
            publish(group);
            now += SECOND / 2;
            relay.tick();
        }
    }

    @Test
    void groupsThatAreOldByThenCome() {
        publishWithoutLimit();
        assertThat(subscriber.queue.streams()).isEmpty();
        subscriber.streamIdLimit(FIRST_STREAM + 4L * GROUPS);
        assertThat(subscriber.queue.streams()).hasSize(GROUPS);
        assertThat(relay.statistics()).doesNotContainKey("dropped.stream_limit");
    }

    @Test
    void nobodyIsWaitedForForEverAndWhatIsDroppedIsCounted() {
        publishWithoutLimit();
        now += 60 * SECOND;
        relay.tick();
        publish(GROUPS); // what is recent stays, for those who come
        subscriber.streamIdLimit(FIRST_STREAM + 4L * GROUPS);
        long opened = subscriber.queue.streams().size();
        assertThat(opened).isLessThan(4);
        assertThat(relay.statistics()).containsEntry("dropped.stream_limit", GROUPS + 1 - opened);
    }

    @Test
    void theCacheIsNotFilledByWhoAllowsNoStream() {
        subscriber.cells.streamIds(FIRST_STREAM, FIRST_STREAM);
        for (int group = 0; group < 2000; group++) {
            publish(group);
            relay.tick();
        }
        assertThat(relay.statistics().get("cache.bytes")).isLessThanOrEqualTo(1L << 20);
        assertThat(relay.statistics().get("dropped.stream_limit")).isPositive();
    }

    @Test
    void streamsThatWaitCostNothingUntilTheirTurn() {
        publishWithoutLimit();
        long tries = relay.statistics().get("blocked.stream_limit");
        assertThat(tries).isEqualTo(GROUPS);
        for (int i = 0; i < 100; i++) {
            relay.tick();
        }
        assertThat(relay.statistics()).containsEntry("blocked.stream_limit", tries);
        subscriber.streamIdLimit(FIRST_STREAM + 4);
        assertThat(subscriber.queue.streams()).hasSize(1);
        assertThat(relay.statistics()).containsEntry("blocked.stream_limit", tries + 1);
    }

    @Test
    void whoWantsObjectsAgainGetsThem() {
        subscriber.requestMessage(request, new RequestUpdate(2, Parameters.builder().forward(false).build()));
        publish(1);
        assertThat(subscriber.queue.streams()).isEmpty();
        subscriber.requestMessage(request, new RequestUpdate(4, Parameters.builder().forward(true).build()));
        assertThat(subscriber.queue.streams()).hasSize(1);
    }
}
