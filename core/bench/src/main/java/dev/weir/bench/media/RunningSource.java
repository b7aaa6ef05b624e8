// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Checksummed objects at a steady rate until it is stopped, one group per second. The first group can be any, so that a
/// publisher that returns goes on where the one before it ended. [#stop] may be called on any thread.
public final class RunningSource implements ObjectSource {
    private final int rate;
    private final int size;
    private final long firstGroup;
    private final Sha256 sha256 = new Sha256();
    private final CountDownLatch pausing = new CountDownLatch(1);
    private final CountDownLatch abandoned = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile boolean paused;
    private boolean over;
    private volatile long sequence;

    /// @param rate objects per second
    /// @param size bytes per object
    /// @param firstGroup ID of the first group
    public RunningSource(int rate, int size, long firstGroup) {
        this.rate = rate;
        this.size = size;
        this.firstGroup = firstGroup;
    }

    /// The next object is the last.
    public void stop() {
        stopped = true;
    }

    /// No object is given out from now on, and the group stays open: whoever asks for the next one waits, see [#abandon].
    /// Returns when somebody does.
    public void pause() {
        paused = true;
        await(pausing);
    }

    /// Ends a pause: there is no next object.
    public void abandon() {
        paused = true;
        abandoned.countDown();
    }

    /// @return ID of the first group of which nothing was given out; call it in a pause
    public long nextGroup() {
        return firstGroup + (sequence + rate - 1) / rate;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while publishing.", e);
        }
    }

    @Override
    public TrackContent content() {
        return TrackContent.SYNTHETIC;
    }

    @Override
    public @Nullable SourceObject next() {
        if (paused) {
            pausing.countDown();
            await(abandoned);
            return null;
        }
        if (over) {
            return null;
        }
        over = stopped;
        long number = sequence;
        sequence = number + 1;
        return SyntheticItem.of(number, rate, firstGroup, over, size, sha256);
    }

    @Override
    public byte[] sha256() {
        return sha256.value();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
