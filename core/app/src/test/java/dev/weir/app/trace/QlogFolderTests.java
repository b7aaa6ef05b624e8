// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.engine.trace.TraceFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files of traces while the thread that writes them cannot keep up.
@Timeout(60)
class QlogFolderTests {
    private static final long ROOM = 1 << 28;

    @TempDir
    Path folder;

    /// Frames that the writing thread waits for.
    private static final class SlowFrames extends AbstractList<TraceFrame> {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public TraceFrame get(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public int size() {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 0;
        }
    }

    private String file(int connection) throws IOException {
        try (var files = Files.list(folder)) {
            return Files.readString(files.filter(each -> each.toString().endsWith("-connection-" + connection + ".sqlog"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static void sent(ConnectionTrace trace, long number) {
        trace.sent(true, "1RTT", number, System.nanoTime(), 100, List.of());
    }

    @Test
    void eventsAreWrittenInTheOrderOfTheirTimes() throws Exception {
        QlogFolder traces = QlogFolder.open(folder, ROOM);
        ConnectionTrace trace = traces.open(1, "h1");
        long now = System.nanoTime();
        trace.received("1RTT", 10, now + 2_000_000, 100, List.of());
        trace.sent(true, "1RTT", 20, now + 1_000_000, 100, List.of());
        trace.lost(true, 19, now + 2_000_000);
        traces.close();

        assertThat(file(1)).containsSubsequence("trace of connection 1, h1 begins", "\"packet_number\":20", "\"packet_number\":10", "packet_lost");
    }

    @Test
    void aConnectionThatFindsTheQueueFullDoesNotMoveTheOthers() throws Exception {
        QlogFolder traces = QlogFolder.open(folder, ROOM);
        var slow = new SlowFrames();
        ConnectionTrace first = traces.open(1, "h1");
        first.sent(true, "1RTT", 0, System.nanoTime(), 100, slow);
        slow.reached.await();
        int told = 1;
        while (traces.summary().leftOut() == 0) {
            sent(first, told);
            told++;
        }
        ConnectionTrace second = traces.open(2, "h2");
        assertThat(traces.summary().leftOut()).as("the beginning of the second file found no room either").isEqualTo(2);
        slow.released.countDown();
        int waiting = told + 1; // each file begins with two records of its own
        await().until(() -> traces.summary().events() == waiting);
        ConnectionTrace third = traces.open(3, "h3");
        sent(third, 333_333);
        sent(second, 222_222);
        traces.close();

        assertThat(file(3)).contains("connection 3, h3", "\"packet_number\":333333").doesNotContain("222222");
        assertThat(file(2)).startsWith("\u001e{\"qlog_version\"").contains("connection 2, h2", "\"packet_number\":222222")
                .doesNotContain("333333");
        assertThat(file(1)).doesNotContain("222222", "333333");
    }
}
