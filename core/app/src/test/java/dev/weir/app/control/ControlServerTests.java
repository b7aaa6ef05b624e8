// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The control socket, with good and bad peers.
@Timeout(60)
class ControlServerTests {
    @TempDir
    Path folder;

    private Path socket;
    private ControlServer server;

    @BeforeEach
    void start() {
        socket = folder.resolve("relay.sock");
        server = ControlServer.start(socket, Map.of(
                "echo", arguments -> Map.of("said", arguments.path("say").asString()),
                "fail", arguments -> {
                    throw new IllegalStateException("It cannot be; do something else.");
                }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String said(String text) {
        return ControlClient.call(socket, "echo", Map.of("say", text)).path("said").asString();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    @Test
    void answersAndPassesErrorsOn() {
        assertThat(said("grüße \"quoted\"\nnext line")).isEqualTo("grüße \"quoted\"\nnext line");
        assertThatThrownBy(() -> ControlClient.call(socket, "fail", Map.of()))
                .isInstanceOf(ControlException.class)
                .hasMessage("It cannot be; do something else.");
        assertThatThrownBy(() -> ControlClient.call(socket, "nonsense", Map.of()))
                .hasMessageContaining("does not know the command 'nonsense'");
    }

    @Test
    void answersSeveralRequestsOnOneConnection() throws IOException {
        try (SocketChannel channel = connect()) {
            String request = "{\"command\":\"echo\",\"arguments\":{\"say\":\"x\"}}\n";
            channel.write(ByteBuffer.wrap(request.repeat(100).getBytes(StandardCharsets.UTF_8)));
            var in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (int i = 0; i < 100; i++) {
                assertThat(in.readLine()).isEqualTo("{\"result\":{\"said\":\"x\"}}");
            }
        }
    }

    @Test
    void onlyItsOwnerMayOpenIt() throws IOException {
        assertThat(Files.getPosixFilePermissions(socket))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void isRemovedAtTheEndAndAStaleOneIsReplaced() throws IOException {
        server.close();
        assertThat(socket).doesNotExist();
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket)); // closing a channel leaves its file behind
        }
        start();
        assertThat(said("again")).isEqualTo("again");
    }

    @Test
    void refusesThePathOfARelayThatRuns() {
        assertThatThrownBy(() -> ControlServer.start(socket, Map.of()))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("Another relay listens");
        assertThat(said("still there")).isEqualTo("still there");
    }

    @Test
    void saysThatNobodyIsThere() {
        assertThatThrownBy(() -> ControlClient.call(folder.resolve("none.sock"), "echo", Map.of()))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("No relay answers");
    }

    @Test
    void rubbishHarmsNobody() throws Exception {
        var random = new Random(17);
        for (int i = 0; i < 200; i++) {
            byte[] rubbish = new byte[random.nextInt(3000)];
            random.nextBytes(rubbish);
            try (SocketChannel channel = connect()) {
                channel.write(ByteBuffer.wrap(rubbish));
            } catch (IOException e) {
                assertThat(e).hasMessageMatching(".*(Broken pipe|reset).*");
            }
        }
        await().until(() -> said("fine").equals("fine"));
    }

    @Test
    void deepJsonIsAnError() {
        String deep = "[".repeat(50_000);
        assertThat(raw(deep).path("error").asString()).isNotEmpty();
        assertThat(raw("{\"command\":42}").path("error").asString()).isNotEmpty();
        assertThat(raw("null").path("error").asString()).isNotEmpty();
    }

    private JsonNode raw(String line) {
        try (SocketChannel channel = connect()) {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return new JsonMapper()
                    .readTree(new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLineWithoutEndIsCutOff() throws IOException {
        try (SocketChannel channel = connect()) {
            byte[] block = new byte[1 << 16];
            Arrays.fill(block, (byte) 'x');
            for (int sent = 0; sent <= ControlServer.LONGEST_LINE; sent += block.length) {
                channel.write(ByteBuffer.wrap(block));
            }
            var in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            assertThat(in.readLine()).contains("shorten it");
        }
        assertThat(said("fine")).isEqualTo("fine");
    }

    private void restart(Duration patience) {
        server.close();
        server = ControlServer.start(socket, Map.of(
                "long", arguments -> Map.of("text", "x".repeat(ControlServer.LONGEST_LINE)),
                "echo", arguments -> Map.of("said", arguments.path("say").asString())), patience);
    }

    @Test
    void peersThatTakeNoAnswersLoseTheirPlaces() throws IOException {
        restart(Duration.ofMillis(500));
        ByteBuffer request = ByteBuffer.wrap("{\"command\":\"long\"}\n".getBytes(StandardCharsets.UTF_8));
        List<SocketChannel> deaf = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            SocketChannel channel = connect();
            channel.write(request.duplicate());
            deaf.add(channel);
        }
        assertThatThrownBy(() -> said("no room")).hasMessageContaining("64 others ask this relay");
        await().until(() -> {
            try {
                return said("fine").equals("fine");
            } catch (ControlException e) {
                return false;
            }
        });
        for (SocketChannel channel : deaf) {
            channel.close();
        }
    }

    @Test
    void aRelayThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
        Path stopped = folder.resolve("stopped.sock");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(stopped));
            assertThatThrownBy(() -> ControlClient.call(stopped, "track list", Map.of(), Duration.ofMillis(200)))
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("has not answered").hasMessageContaining("'track list'");

            var outcome = new CompletableFuture<Throwable>();
            Thread asking = Thread.ofPlatform().start(() -> {
                try {
                    ControlClient.call(stopped, "track list", Map.of());
                } catch (ControlException e) {
                    outcome.complete(e);
                }
            });
            listener.accept();
            listener.accept();
            asking.interrupt(); // as Ctrl-C does at the prompt
            assertThat(outcome.get(30, TimeUnit.SECONDS)).hasMessageStartingWith("Interrupted before the relay answered");
        }
    }

    /// Everything in a process of its own that may open only few files.
    @Test
    void aProcessWithoutFilesToOpenWaitsForOne() {
        CommandResult result = CommandResult.of("prlimit", "--nofile=200", ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), FewFiles.class.getName(),
                folder.resolve("few.sock").toString());

        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.output()).contains("answered after all");
    }

    /// Uses up all files that its process may open, and asks its own server then.
    static final class FewFiles {
        private FewFiles() {}

        public static void main(String[] arguments) throws Exception {
            Path socket = Path.of(arguments[0]);
            try (ControlServer _ = ControlServer.start(socket, Map.of("echo", request -> Map.of("said", "x")));
                    SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                // What needs files for the first time, needs them now.
                ControlClient.call(socket, "echo", Map.of());
                LoggerFactory.getLogger(FewFiles.class).atWarn().addKeyValue("reason", "none").log("The first line of the log");
                var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
                process.getProcessCpuTime();
                var used = new ArrayList<SocketChannel>();
                try {
                    while (true) {
                        used.add(SocketChannel.open(StandardProtocolFamily.UNIX));
                    }
                } catch (IOException e) {
                    peer.connect(UnixDomainSocketAddress.of(socket)); // waits in the kernel's queue: it cannot be accepted
                }
                long cpu = process.getProcessCpuTime();
                Thread.sleep(1000); // what is measured: what this second costs
                long spent = process.getProcessCpuTime() - cpu;
                if (spent > 300_000_000) {
                    throw new AssertionError("a second of waiting took " + spent + " ns of CPU time");
                }
                for (SocketChannel each : used) {
                    each.close();
                }
                peer.write(ByteBuffer.wrap("{\"command\":\"echo\"}\n".getBytes(StandardCharsets.UTF_8)));
                System.out.println(new BufferedReader(Channels.newReader(peer, StandardCharsets.UTF_8)).readLine().contains("said")
                        ? "answered after all" : "no answer");
            }
        }
    }

    @Test
    void silentPeersDoNotKeepOthersOut() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            silent.add(connect());
        }
        assertThat(said("fine")).isEqualTo("fine");
        for (SocketChannel channel : silent) {
            channel.close();
        }
    }
}
