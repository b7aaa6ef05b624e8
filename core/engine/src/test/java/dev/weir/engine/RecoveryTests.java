// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import org.junit.jupiter.api.Test;

/// ACKs of what the kernel sent, and those that do not come.
class RecoveryTests extends OneSubscriber {
    private static final long SPAN = 1 << 18;

    private long kernelSends(long object) {
        long number = plane.draw(subscriber.slot);
        plane.datagramCopy(0, subscriber.slot, number, 40 + object, 5, object);
        return number;
    }

    private boolean isPutOut() {
        return subscriberEnd.events.contains("violation");
    }

    /// Without that, the ACK of a record that nobody has read yet would be one of a packet that is in no books, and lost for good.
    @Test
    void whatTheKernelHasSentIsReadBeforeAnAckIsJudged() {
        long number = kernelSends(0);

        assertThat(subscriber.acknowledged(new long[] {number, number}, 0, now)).isTrue();
        assertThat(subscriber.ledger.outstanding()).isZero();
        assertThat(subscriber.account.datagramsAcknowledged()).isEqualTo(1);
        relay.tick();
        assertThat(subscriber.ledger.outstanding()).isZero();
        assertThat(subscriber.cells.bytesInFlight()).isEqualTo(-1200); // the scripted kernel takes nothing of the window
    }

    /// A request for room waits in the sender while the window is full. The copies that fill it may all be lost, and then no ACK of one of
    /// them tells the sender that there is room again.
    @Test
    void theSenderHearsThatLostCopiesHaveMadeRoom() {
        kernelSends(0);
        relay.tick();
        long last = 0;
        for (int i = 0; i < 4; i++) {
            last = plane.draw(subscriber.slot); // packets of user space
        }
        int before = subscriberEnd.wakes;

        assertThat(subscriber.acknowledged(new long[] {last, last}, 0, now)).isTrue();
        assertThat(subscriber.account.datagramsLost()).isEqualTo(1);
        assertThat(subscriberEnd.wakes).isGreaterThan(before);
    }

    /// Kwik's timer for packets of user space may be gone.
    @Test
    void whatUserSpaceHasSentIsAskedAboutIfNothingIsHeardOfIt() {
        subscriber.addInFlight(5000);
        pass(100);
        assertThat(pings()).isZero();

        pass(10_000);
        assertThat(pings()).isEqualTo(1);
        relay.tick();
        assertThat(pings()).as("it has time to answer").isEqualTo(1);
        pass(20_000);
        assertThat(pings()).isEqualTo(2);

        subscriber.userBytesAcknowledged(5000, now);
        pass(100_000);
        assertThat(pings()).as("nothing is in flight").isEqualTo(2);
    }

    private int pings() {
        return Collections.frequency(subscriberEnd.events, "ping");
    }

    private void pass(long milliseconds) {
        now += milliseconds * 1_000_000;
        relay.tick();
    }

    @Test
    void whoAcknowledgesNoCopyIsPutOutWhenItsAccountHasGrownTooLong() {
        kernelSends(0);
        relay.tick();
        subscriber.cells.skipTo(SPAN - 1000); // ACKs that the peer has made the relay send
        relay.tick();
        assertThat(isPutOut()).isFalse();
        subscriber.cells.skipTo(SPAN + 1000);
        relay.tick();

        assertThat(isPutOut()).isTrue();
        assertThat(publisherEnd.events).doesNotContain("violation");
        assertThat(relay.counters().get("protocol_violations")).isEqualTo(1);
    }

    @Test
    void whoAcknowledgesMayBeSentAnyNumberOfPackets() {
        for (int object = 0; object < 20; object++) {
            long number = kernelSends(object);
            relay.tick();
            subscriber.cells.skipTo(number + SPAN / 2);
            relay.tick();
            subscriber.acknowledged(new long[] {number, number}, 0, now);
        }
        subscriber.cells.skipTo(20 * SPAN);
        relay.tick();

        assertThat(isPutOut()).isFalse();
    }
}
