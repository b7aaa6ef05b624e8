// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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
