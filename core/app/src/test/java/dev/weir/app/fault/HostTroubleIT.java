// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.weir.app.control.ControlClient;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a relay's machine runs out of, or does to its clock, is felt by whoever asks for it and by nobody who sends or gets media.
@RequiresRoot
@RequiresBpf
class HostTroubleIT {
    /// Shorter than what passes under each trouble.
    private static final int IDLE_SECONDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// Five seconds of both modes.
    private static final int COPIES = 1000;
    private static final String TINY_DISK = "64k";
    private static final Pattern TIME = Pattern.compile("\"reference_time\":\\s*([0-9.]+)");

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

    /// libfaketime tells the relay what time it is.
    @ParameterizedTest
    @ValueSource(strings = {"+3600", "-3600"})
    void aClockThatIsSetEndsNoConnection(String seconds) throws Exception {
        Path offset = Files.writeString(folder.resolve("offset"), "+0");
        try (MediaBed bed = new MediaBed("wt4-host", folder, IDLE_SECONDS, "LD_PRELOAD=" + faketime(),
                "FAKETIME_TIMESTAMP_FILE=" + offset, "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1")) {
            bed.startMedia();
            awaitCopies(bed);
            long closed = bed.statistics().get("connections.closed");

            Files.writeString(offset, seconds);

            awaitCopies(bed);
            assertThat(Duration.between(Instant.now(), relaysTime()).toSeconds()).isCloseTo(Long.parseLong(seconds), within(60L));
            awaitCopies(bed);
            assertThat(bed.statistics().get("connections.closed")).isEqualTo(closed);
            assertThat(bed.statistics().get("lost.packets")).as("copies that seem to be lost").isZero();
            bed.endMedia();
        }
    }

    private static String faketime() {
        return CommandResult.of("dpkg", "-L", "libfaketime").orThrow().output().lines()
                .filter(line -> line.endsWith("/libfaketime.so.1")).findFirst().orElseThrow();
    }

    /// The beginning of a trace is given in the time of day.
    private Instant relaysTime() throws IOException {
        Path traces = folder.resolve("traces");
        trace("start", traces);
        ask("trace stop", Map.of());
        try (var files = Files.list(traces)) {
            String header = Files.readString(files.findFirst().orElseThrow());
            var time = TIME.matcher(header);
            assertThat(time.find()).as(header.substring(0, Math.min(400, header.length()))).isTrue();
            return Instant.ofEpochMilli((long) Double.parseDouble(time.group(1)));
        }
    }
}
