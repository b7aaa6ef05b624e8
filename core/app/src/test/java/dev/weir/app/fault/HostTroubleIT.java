// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.control.ControlClient;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a relay's machine runs out of is felt by whoever asks for it and by nobody who sends or gets media.
@RequiresRoot
@RequiresBpf
class HostTroubleIT {
    /// Shorter than what passes under each trouble.
    private static final int IDLE_SECONDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// Four seconds of both modes.
    private static final int COPIES = 800;
    private static final String TINY_DISK = "64k";

    @TempDir
    Path folder;

    private JsonNode ask(String command, Map<String, ?> arguments) {
        return ControlClient.call(folder.resolve("control.sock"), command, arguments);
    }

    private static void awaitCopies(MediaBed bed) {
        long before = copies(bed);
        await().atMost(PATIENCE).until(() -> copies(bed) > before + COPIES);
        bed.awaitMore();
    }

    private static long copies(MediaBed bed) {
        return bed.statistics().get("copies.kernel") + bed.statistics().get("copies.userspace");
    }

    private static void limitDescriptors(MediaBed bed, String limit) {
        CommandResult.of("prlimit", "--pid", Long.toString(bed.relay.pid()), "--nofile=" + limit + ":").orThrow();
    }

    /// Whoever asks waits as long as the relay can give him no descriptor; who subscribes needs none.
    @Test
    void withoutDescriptorsEverybodyIsServedAndWhoAsksIsAnsweredLater() throws Exception {
        try (MediaBed bed = new MediaBed("wt4-host", folder, IDLE_SECONDS); var loop = new PeerLoop("late")) {
            bed.startMedia();
            bed.awaitMore();
            ask("relay status", Map.of()); // what it loads for the first time needs descriptors as well
            long copies = copies(bed);
            limitDescriptors(bed, "1");
            var asked = CompletableFuture.supplyAsync(() -> ask("relay status", Map.of()));
            try (SubscriberPeer late = bed.subscriber(loop, DeliveryMode.DATAGRAM, null)) {
                late.subscribe();
                await().atMost(PATIENCE).until(() -> late.received() > COPIES / 4);
            }
            assertThat(asked).isNotDone();

            limitDescriptors(bed, "1024");

            assertThat(asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).size()).isPositive();
            assertThat(copies(bed)).isGreaterThan(copies + COPIES / 2);
            bed.endMedia();
        }
    }

    @Test
    void aFullDiskEndsTheTraceThatFillsItAndNothingElse() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        CommandResult.of("mount", "-t", "tmpfs", "-o", "size=" + TINY_DISK, "weir-test", disk.toString()).orThrow();
        try (MediaBed bed = new MediaBed("wt4-host", folder, IDLE_SECONDS)) {
            bed.startMedia();
            bed.awaitMore();
            trace("start", disk.resolve("trace"));
            await().atMost(PATIENCE).until(() -> Files.getFileStore(disk).getUsableSpace() == 0);
            awaitCopies(bed);

            JsonNode trace = ask("trace stop", Map.of()).path("trace");

            assertThat(trace.path("leftOut").asLong()).as("%s", trace).isPositive();
            bed.endMedia();
        } finally {
            CommandResult.of("umount", disk.toString()).orThrow();
        }
    }

    private void trace(String verb, Path to) {
        ask("trace " + verb, Map.of("folder", to.toString(), "seconds", 60, "megabytes", 16));
    }
}
