// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.run.RelayFootprint;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A relay that stands still under load (SIGSTOP, and the collector of its garbage): past the lease nothing is forwarded, afterwards
/// nothing wrong is sent, everybody gets everything, and the kernel forwards again.
@RequiresRoot
@RequiresBpf
class PauseIT {
    private static final List<Duration> PAUSES = List.of(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(3));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private record Pause(Instant stopped, Instant continued) {}

    @Test
    void pausesStopForwardingAndLoseNothing() throws Exception {
        Path keys = folder.resolve("peers.keys");
        var pauses = new ArrayList<Pause>();
        try (MediaBed bed = new MediaBed("wt4-pause", folder, 30);
                var watch = new RelayWatch(bed.hosts().getFirst(), folder)) {
            bed.logKeys(keys);
            bed.startMedia(MediaBed.BYSTANDERS);
            for (Duration length : PAUSES) {
                awaitKernel(bed);
                pauses.add(pause(bed, length));
                awaitKernel(bed);
            }
            RelayFootprint.collect(bed.relay.pid());
            awaitKernel(bed);
            bed.awaitMore();
            long objects = bed.endMedia();
            for (Pause pause : pauses) {
                watch.assertSilent(pause.stopped(), pause.continued());
            }
            watch.judge(keys);
            System.out.printf("%d objects to %d subscribers of each mode, pauses of %s and a collection: nothing is missing%n",
                    objects, MediaBed.BYSTANDERS, PAUSES);
        }
    }

    /// The kernel makes copies, and more of them.
    private static void awaitKernel(MediaBed bed) {
        long before = bed.statistics().get("copies.kernel");
        await().atMost(PATIENCE).until(() -> bed.statistics().get("copies.kernel") > before + 20 * MediaBed.BYSTANDERS);
    }

    /// The length of a pause is what is tested: it is no wait for something.
    private static Pause pause(MediaBed bed, Duration length) {
        signal(bed, "STOP");
        Instant stopped = Instant.now();
        long end = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        Instant continued = Instant.now();
        signal(bed, "CONT");
        return new Pause(stopped, continued);
    }

    private static void signal(MediaBed bed, String name) {
        assertThat(CommandResult.of("kill", "-" + name, Long.toString(bed.relay.pid())).orThrow().exitCode()).isZero();
    }
}
