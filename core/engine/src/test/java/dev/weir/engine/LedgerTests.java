// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the ledger says of packets that were acknowledged, lost, or never its own.
class LedgerTests {
    private final List<String> fates = new ArrayList<>();
    private final Ledger.Fate fate = new Ledger.Fate() {
        @Override
        public void stream(long streamId, long offset, int length, boolean fin) {
            fates.add(streamId + "@" + offset + "+" + length + (fin ? "!" : ""));
        }

        @Override
        public void datagrams(int frames) {
            fates.add("d" + frames);
        }
    };

    @Test
    void acknowledgesOnlyWhatItSent() {
        var ledger = new Ledger(8);
        ledger.sent(5, 100, 1200, 3, 0, 1000, false);
        ledger.sent(9, 200, 1300, Ledger.NO_STREAM, 0, 2, false);
        assertThat(ledger.acknowledge(0, 1000, fate)).isEqualTo(2500);
        assertThat(fates).containsExactly("3@0+1000", "d2");
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.acknowledge(0, 1000, fate)).isZero();
    }

    /// The congestion controller grows for what was sent after the last loss, and ranges may end with packets of user space.
    @Test
    void tellsWhenTheNewestAcknowledgedPacketWasSent() {
        var ledger = new Ledger(8);
        ledger.sent(5, 100, 1200, 3, 0, 1000, false);
        ledger.sent(6, 200, 1200, 3, 1000, 1000, false);
        ledger.acknowledge(4, 9, fate);
        assertThat(ledger.newestAcknowledgedNanos()).isEqualTo(200);
        ledger.acknowledge(4, 9, fate);
        assertThat(ledger.newestAcknowledgedNanos()).isZero();
    }

    /// A walk from end to end would take years.
    @Test
    void walksNoFurtherThanWhatIsOutstanding() {
        var ledger = new Ledger(8);
        ledger.sent(1L << 40, 100, 1200, 3, 0, 1000, false);
        assertThat(ledger.acknowledge(0, Long.MAX_VALUE - 1, fate)).isEqualTo(1200);
        assertThat(ledger.acknowledge(0, Long.MAX_VALUE - 1, fate)).isZero();
        assertThat(fates).containsExactly("3@0+1000");
    }

    @Test
    void declaresLostByPacketAndByTime() {
        var ledger = new Ledger(8);
        for (int n = 0; n < 6; n++) {
            ledger.sent(n, 1000 + n, 100, 3, n * 50L, 50, n == 5);
        }
        ledger.acknowledge(4, 4, fate);
        fates.clear();
        long[] newest = {0};
        assertThat(ledger.detectLost(1010, 1_000, newest, fate)).isEqualTo(200);
        assertThat(fates).containsExactly("3@0+50", "3@50+50");
        assertThat(newest[0]).isEqualTo(1001);
        fates.clear();
        assertThat(ledger.detectLost(3000, 1_000, newest, fate)).isEqualTo(200);
        assertThat(fates).containsExactly("3@100+50", "3@150+50");
        assertThat(ledger.outstanding()).isEqualTo(1);
    }

    @Test
    void carriesSeveralFramesInOnePacket() {
        var ledger = new Ledger(8);
        ledger.sent(1, 10, 1200, 7, 0, 10, true);
        ledger.alsoSent(1, 11, 20, 30, false);
        ledger.alsoSent(1, 15, 0, 5, true);
        ledger.acknowledge(1, 1, fate);
        assertThat(fates).containsExactly("7@0+10!", "11@20+30", "15@0+5!");
    }

    @Test
    void growsWithWhatIsOutstanding() {
        var ledger = new Ledger(8);
        for (int n = 0; n < 5000; n += 3) {
            ledger.sent(n, n, 1, Ledger.NO_STREAM, 0, 1, false);
        }
        assertThat(ledger.outstanding()).isEqualTo(1667);
        assertThat(ledger.acknowledge(0, 4_999_999_999L, fate)).isEqualTo(1667);
    }

    @Test
    void costOfAnAckIsBoundedByWhatIsOutstanding() {
        var ledger = new Ledger(8);
        ledger.sent(1L << 40, 1, 1, Ledger.NO_STREAM, 0, 1, false);
        assertThat(ledger.acknowledge(0, Long.MAX_VALUE - 1, fate)).isEqualTo(1);
    }
}
