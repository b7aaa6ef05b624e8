// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A relay that is killed under load and started again on the same port, again and again: nothing is forwarded after the lease
/// (DESIGN section 4, rule 10), what was sent is right, nothing of it stays in the kernel, and whoever comes back is served.
/// `-Dweir.fault.kills=20` is the full form.
@RequiresRoot
@RequiresBpf
class KillIT {
    private static final int KILLS = Integer.getInteger("weir.fault.kills", 2);
    private static final Pattern PROGRAM = Pattern.compile("prog_id:\\s*(\\d+)");

    @TempDir
    Path folder;

    /// From the moment at which the next relay listens to everybody's first object.
    private static final Duration BACK = Duration.ofSeconds(Integer.getInteger("weir.fault.backSeconds", 60));

    /// How long it takes until everybody is back.
    ///
    /// @param start from the start of the next process until it listens: most of it is the JVM's
    /// @param back from then to the last first object
    private record Return(Duration start, Duration back) {
        Return slower(Return other) {
            return new Return(max(start, other.start), max(back, other.back));
        }

        private static Duration max(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? other : one;
        }
    }

    @Test
    void nothingGoesOnAfterAKillAndTheNextRelayServesWhoComesBack() throws Exception {
        var slowest = new Return(Duration.ZERO, Duration.ZERO);
        try (MediaBed bed = new MediaBed("wt4-kill", folder, 30)) {
            for (int kill = 1; kill <= KILLS; kill++) {
                Path here = Files.createDirectories(folder.resolve("kill-" + kill));
                Path keys = here.resolve("peers.keys");
                bed.logKeys(keys);
                try (var watch = new RelayWatch(bed.hosts().getFirst(), here)) {
                    bed.startMedia(MediaBed.BYSTANDERS);
                    bed.awaitMore();
                    watch.awaitPackets();
                    Set<Integer> programs = programsOf(bed.relay.pid());
                    assertThat(programs).isNotEmpty();
                    bed.killRelay();
                    Instant killed = Instant.now();
                    watch.awaitSilence();
                    watch.assertSilent(killed, Instant.MAX);
                    watch.judge(keys);
                    await().untilAsserted(() -> assertThat(programs.stream().filter(KillIT::isLoaded)).isEmpty());
                }
                slowest = slowest.slower(comeBack(bed));
            }
        }
        System.out.printf("%d kills; the next relay listens after %d ms at most, everybody has an object %d ms later at most%n",
                KILLS, slowest.start().toMillis(), slowest.back().toMillis());
        assertThat(slowest.back()).isLessThan(BACK);
    }

    /// Publishers go on with the next group, as after any absence: what was published while nobody was there is a gap in the numbers
    /// of groups, and whoever subscribes sees it begin and end with a whole group.
    private static Return comeBack(MediaBed bed) throws Exception {
        Instant began = Instant.now();
        long next = bed.restartRelay();
        Instant listens = Instant.now();
        bed.startMedia(MediaBed.BYSTANDERS, next);
        bed.awaitMore();
        Instant back = Instant.now();
        bed.endMedia();
        return new Return(Duration.between(began, listens), Duration.between(listens, back));
    }

    /// IDs of the BPF programs that a process has loaded.
    private static Set<Integer> programsOf(long pid) throws IOException {
        var result = new HashSet<Integer>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fdinfo"))) {
            for (Path descriptor : descriptors) {
                Matcher matcher = PROGRAM.matcher(Files.readString(descriptor));
                if (matcher.find()) {
                    result.add(Integer.parseInt(matcher.group(1)));
                }
            }
        }
        return result;
    }

    private static boolean isLoaded(int program) {
        return CommandResult.of("bpftool", "prog", "show", "id", Integer.toString(program)).exitCode() == 0;
    }
}
