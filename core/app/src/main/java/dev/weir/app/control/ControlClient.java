// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a running relay, see [ControlServer].
public final class ControlClient {
    private static final JsonMapper JSON = new JsonMapper();
    /// More than the longest command takes, which is to load a policy on a busy machine.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ControlClient() {}

    /// Sends one command and waits for its result, half a minute at most.
    ///
    /// @param socket the relay's control socket
    /// @throws ControlException with the relay's words if it could not do it, or if it cannot be reached
    public static JsonNode call(Path socket, String command, Map<String, ?> arguments) {
        return call(socket, command, arguments, PATIENCE);
    }

    /// Sends one command and waits for its result.
    ///
    /// @param socket the relay's control socket
    /// @param patience how long the relay may take
    /// @throws ControlException with the relay's words if it could not do it, or if it cannot be reached
    public static JsonNode call(Path socket, String command, Map<String, ?> arguments, Duration patience) {
        String answer;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Neither connecting nor reading a channel takes a time limit; both end when it is closed.
            var limit = CompletableFuture.runAsync(() -> ControlServer.closeQuietly(channel),
                    CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
            try {
                answer = exchange(channel, socket, JSON.writeValueAsString(Map.of("command", command, "arguments", arguments)) + "\n");
            } finally {
                limit.cancel(false);
            }
        } catch (ClosedByInterruptException e) {
            throw new ControlException("Interrupted before the relay answered on " + socket + "; it may carry '" + command
                    + "' out all the same.", e);
        } catch (ClosedChannelException e) {
            throw new ControlException("The relay at " + socket + " has not answered for " + patience.toSeconds()
                    + " s; its process may be stopped (look with 'ps'), or too busy. It may carry '" + command + "' out later.", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ControlException("No relay answers on the control socket " + socket + " (" + e.getMessage()
                    + "); start one with './weir serve', or name its socket with --relay-control.", e);
        }
        if (answer == null) {
            throw new ControlException("The relay ended the connection without an answer; look at its log.");
        }
        JsonNode result = JSON.readTree(answer);
        if (result.has("error")) {
            throw new ControlException(result.path("error").asString());
        }
        return result.path("result");
    }

    private static @Nullable String exchange(SocketChannel channel, Path socket, String request) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
    }
}
