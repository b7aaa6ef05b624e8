// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.ControlServer;
import dev.weir.app.control.TraceEndpoints;
import dev.weir.app.relay.RelayEnd;
import dev.weir.bench.peer.Trust;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.quic.AeadKeys;
import dev.weir.wire.quic.TrafficSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing that a relay shows has a key in it: no answer of a command, no page, no metric, no trace. The keys are those that the
/// peers of this test have.
@RequiresRoot
@RequiresBpf
class SecretsIT {
    private static final int LANES = 2;
    private static final int RATE = 100;
    private static final FullTrackName TRACK = FullTrackName.of("secret", "track");
    /// So many bytes of a key, in a row, are no accident.
    private static final int TELLING = 8;

    @TempDir
    Path folder;

    /// How bytes look in text: hexadecimal, base64, a list of numbers with and without signs.
    private static List<String> forms(byte[] secret) {
        byte[] bytes = Arrays.copyOf(secret, TELLING);
        return List.of(
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withDelimiter(":").formatHex(bytes),
                Base64.getEncoder().encodeToString(secret).substring(0, TELLING),
                Base64.getUrlEncoder().encodeToString(secret).substring(0, TELLING),
                IntStream.range(0, TELLING).mapToObj(i -> Integer.toString(bytes[i])).collect(Collectors.joining(",")),
                IntStream.range(0, TELLING).mapToObj(i -> Integer.toString(bytes[i] & 0xff)).collect(Collectors.joining(",")));
    }

    private static List<byte[]> secrets(Path keyLog) throws IOException {
        var result = new ArrayList<byte[]>();
        for (String line : Files.readAllLines(keyLog)) {
            if (line.matches("(CLIENT|SERVER)_TRAFFIC_SECRET_0 .*")) {
                byte[] secret = HexFormat.of().parseHex(line.substring(line.lastIndexOf(' ') + 1));
                AeadKeys keys = new TrafficSecret(secret).keys();
                result.addAll(List.of(secret, keys.key(), keys.iv(), keys.hp()));
            }
        }
        return result;
    }

    private List<String> shown(LocalRelay relay, Path socket) throws Exception {
        var texts = new ArrayList<String>();
        Path traces = folder.resolve("traces");
        ControlClient.call(socket, "trace start", Map.of("folder", traces.toString(), "seconds", 60, "megabytes", 16));
        for (ObservationIT.Question each : ObservationIT.questions(socket, TRACK)) {
            texts.add(ControlClient.call(socket, each.command(), each.arguments()).toString());
        }
        long copies = relay.relay().statistics().get("copies.kernel");
        await().until(() -> relay.relay().statistics().get("copies.kernel") > copies + RATE);
        texts.add(ControlClient.call(socket, "trace stop", Map.of()).toString());
        try (var files = Files.list(traces)) {
            for (Path file : files.toList()) {
                texts.add(Files.readString(file));
            }
        }
        for (String path : List.of("page/state", "actuator/prometheus", "actuator/health", "actuator/info")) {
            texts.add(relay.get(path).body());
        }
        return texts;
    }

    @Test
    void noKeyIsShown() throws Exception {
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        Path keyLog = folder.resolve("keys");
        try (Topology topology = Topology.create("wt-secrets", 1);
                LocalRelay relay = LocalRelay.inKernel(topology, certificate, folder);
                RelayEnd end = new RelayEnd(relay.relay(), () -> { });
                TraceEndpoints traces = new TraceEndpoints(relay.relay().tracing())) {
            var commands = new HashMap<>(ObservationIT.commands(relay, end));
            commands.putAll(traces.commands());
            try (ControlServer control = ControlServer.start(folder.resolve("control.sock"), commands);
                    LiveTrack _ = LiveTrack.start(topology, TRACK, DeliveryMode.STREAM, LANES, RATE, 600,
                            new Trust.Pinned(List.of(certificate.certificate())), null, keyLog)) {
                List<String> texts = shown(relay, control.socket()).stream().map(each -> each.replaceAll("\\s", "")).toList();
                List<byte[]> secrets = secrets(keyLog);

                assertThat(secrets).as("two secrets of each connection, and three keys of each").hasSize((LANES + 1) * 2 * 4);
                assertThat(texts).hasSizeGreaterThan(30).allSatisfy(text -> assertThat(text)
                        .doesNotContainIgnoringCase(secrets.stream().flatMap(each -> forms(each).stream()).toArray(String[]::new)));
            }
        }
    }
}
