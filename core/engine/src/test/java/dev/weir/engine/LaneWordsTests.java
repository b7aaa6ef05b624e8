// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.Parameters;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a policy remembers of a lane begins as zeros, whoever had the lane's place in the kernel's tables before.
class LaneWordsTests extends OneSubscriber {
    private static final long QUARANTINE_NANOS = 1_000_000_001L;

    /// Lets two objects of each lane pass, counted in a word of the lane.
    private record TwoEach(boolean inKernel) implements FanoutPolicy {
        @Override
        public ObjectFilter filter() {
            return (object, lane, state) -> {
                state.laneWord(3, state.laneWord(3) + 1);
                return state.laneWord(3) <= 2 ? Verdict.forward() : Verdict.drop("enough");
            };
        }

        @Override
        public Optional<KernelPlan> plan(LaneClasses classes) {
            return inKernel ? Optional.of(MapEntries.passAll()) : Optional.empty();
        }
    }

    private void assign(FanoutPolicy policy) {
        InstalledPolicy installed = relay.policies().install("two-each", policy);
        relay.policies().assign(List.of(new Policies.Binding(installed, track -> true, Set.of())));
        relay.tick();
    }

    private int passes(Session session, RecordingEndpoint end, long firstPacket) {
        for (long i = 0; i < 4; i++) {
            publisher.datagram(firstPacket + i, datagram(firstPacket + i));
        }
        return end.datagrams(session).size();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionInAUsedSlotFindsZeros(boolean inKernel) {
        assign(new TwoEach(inKernel));
        assertThat(passes(subscriber, subscriberEnd, 40)).isEqualTo(2);
        subscriber.closed();
        now += QUARANTINE_NANOS;
        relay.tick();

        var end = new RecordingEndpoint(5000);
        Session next = relay.newSession();
        assertThat(next.slot).isEqualTo(subscriber.slot);
        next.established(end, FIRST_STREAM, 400, CONNECTION_DATA, 25);
        next.request(new RecordingEndpoint.Channel(0), new Subscribe(0, TRACK, Parameters.EMPTY));
        next.requestStreamAcknowledged(0);
        relay.tick();

        end.datagrams(next).clear(); // from the cache, for whom it joined after
        assertThat(passes(next, end, 50)).as("of four objects, and what it was sent from the cache").isLessThanOrEqualTo(2);
        assertThat(relay.statistics().getOrDefault("copies.userspace", 0L)).isEqualTo(4);
    }

    @Test
    void aPolicyThatIsInstalledAnewFindsZeros() {
        assign(new TwoEach(true));
        assertThat(passes(subscriber, subscriberEnd, 40)).isEqualTo(2);
        assign(new TwoEach(true));

        assertThat(passes(subscriber, subscriberEnd, 50)).isEqualTo(4);
    }
}
