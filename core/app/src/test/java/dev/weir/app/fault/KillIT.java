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
    private static final int BYSTANDERS = 4;
    private static final Pattern PROGRAM = Pattern.compile("prog_id:\\s*(\\d+)");

    @TempDir
    Path folder;

    @Test
    void nothingGoesOnAfterAKillAndTheNextRelayServesWhoComesBack() throws Exception {
        long slowest = 0;
        try (MediaBed bed = new MediaBed("wt4-kill", folder, 30)) {
            for (int kill = 1; kill <= KILLS; kill++) {
                Path here = Files.createDirectories(folder.resolve("kill-" + kill));
                Path keys = here.resolve("peers.keys");
                bed.logKeys(keys);
                try (var watch = new RelayWatch(bed.hosts().getFirst(), here)) {
                    bed.startMedia(BYSTANDERS);
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
                slowest = Math.max(slowest, comeBack(bed));
            }
        }
        System.out.printf("%d kills; from the next relay's start to everybody's first object: %d ms at most%n", KILLS, slowest);
    }

    /// @return milliseconds until all have an object again
    private static long comeBack(MediaBed bed) throws Exception {
        long began = System.nanoTime();
        bed.restartRelay();
        bed.startMedia(BYSTANDERS);
        bed.awaitMore();
        long millis = (System.nanoTime() - began) / 1_000_000;
        bed.endMedia();
        return millis;
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
