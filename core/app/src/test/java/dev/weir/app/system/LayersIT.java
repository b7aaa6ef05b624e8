// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A video that is published by layer goes through the relay's kernel path: a subscriber gets every layer, with its priority,
/// and writes a file that decodes.
@RequiresRoot
@RequiresBpf
class LayersIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int SECONDS = 3;
    private static final int FRAMES = 30 * SECONDS;

    @TempDir
    static Path directory;

    private static Topology topology;
    private static WeirProcess relay;
    private static Statistics statistics;
    private static Path control;

    @BeforeAll
    static void startRelay() throws IOException {
        topology = Topology.create("wt5-layers", 1);
        topology.transmitChecksumOffload(false);
        statistics = new Statistics(directory.resolve("stats.json"));
        control = directory.resolve("control.sock");
        relay = WeirProcess.serve(topology.relay(), "--path", "kernel", "--control", control.toString(), "--stats",
                statistics.file().toString());
    }

    @AfterAll
    static void stopRelay() {
        if (relay != null) {
            relay.close();
        }
        topology.close();
    }

    @AfterEach
    void booksBalance() {
        Books.assertBalanced(control);
    }

    @ParameterizedTest
    @CsvSource({"stream, h264", "stream, vp8", "datagram, h264", "datagram, vp8"})
    void allLayersArriveAndTheFileDecodes(String mode, String codec) throws Exception {
        String track = mode + "-" + codec;
        Path video = directory.resolve(track);
        long copiesBefore = statistics.get("copies.kernel");
        try (WeirProcess publisher = publish(track, "--mode", mode, "--codec", codec)) {
            JsonNode received = subscribe(0, track, "--layers", "3", "--output", video.toString());

            assertThat(publisher.exitCode()).as("%s", publisher).isZero();
            assertThat(publisher.awaitLine("Published ")).contains(received.path("sha256").asString());
            JsonNode layers = received.path("layers");
            assertThat(layers.path("decodable_frames").asLong()).as("%s", received).isEqualTo(FRAMES);
            assertThat(layers.path("per_layer").values()).extracting(layer -> layer.path("priority").asInt()).containsExactly(64, 128, 192);
            assertThat(layers.path("per_layer").values()).as("%s", received)
                    .allSatisfy(layer -> assertThat(layer.path("frames").asLong()).isGreaterThanOrEqualTo(SECONDS));
        }
        assertThat(statistics.get("copies.kernel")).isGreaterThan(copiesBefore + FRAMES);
        assertDecodes(video);
    }

    @Test
    void moreLayersThanExpectedAreAFailure() throws Exception {
        try (WeirProcess _ = publish("too-many")) {
            JsonNode received = subscribe(1, "too-many", "--layers", "2");

            assertThat(received.path("good").asBoolean()).isFalse();
            assertThat(received.path("layers").path("missing_frames").asLong()).as("%s", received).isZero();
            assertThat(received.path("layers").path("unexpected_objects").asLong()).as("%s", received).isPositive();
        }
    }

    private static WeirProcess publish(String track, String... options) throws IOException {
        WeirProcess publisher = start(topology.publisher().namespace(), "publish", "10.77.0.1", track,
                with(options, "--subgroups", "by-layer", "--seconds", String.valueOf(SECONDS)));
        publisher.awaitLine("Announced ");
        return publisher;
    }

    private static JsonNode subscribe(int exitCode, String track, String... options) throws Exception {
        Path json = directory.resolve(track + ".json");
        try (WeirProcess subscriber = start(topology.subscribers().getFirst().namespace(), "subscribe", "10.77.1.1", track,
                with(options, "--json", json.toString()))) {
            assertThat(subscriber.exitCode()).as("%s", subscriber).isEqualTo(exitCode);
        }
        return JSON.readTree(json.toFile()).path("subscribers").path(0);
    }

    private static WeirProcess start(NetworkNamespace namespace, String command, String relayAddress, String track, String[] options)
            throws IOException {
        return WeirProcess.start(namespace, with(options, command, "--relay", relayAddress + ":4433", "--insecure", "--track", track));
    }

    private static String[] with(String[] last, String... first) {
        String[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return all;
    }

    private static void assertDecodes(Path video) {
        CommandResult decoded = CommandResult.of(
                "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", video.toString(), "-f", "null", "-").orThrow();
        assertThat(decoded.errors()).isEmpty();
        assertThat(CommandResult.of("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames",
                "-of", "csv=p=0", video.toString()).orThrow().output().strip()).isEqualTo(String.valueOf(FRAMES));
    }
}
