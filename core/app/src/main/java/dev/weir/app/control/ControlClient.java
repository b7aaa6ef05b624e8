// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a running relay, see [ControlServer].
public final class ControlClient {
    private static final JsonMapper JSON = new JsonMapper();

    private ControlClient() {}

    /// Sends one command and waits for its result.
    ///
    /// @param socket the relay's control socket
    /// @throws ControlException with the relay's words if it could not do it, or if it cannot be reached
    public static JsonNode call(Path socket, String command, Map<String, ?> arguments) {
        String answer;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request = JSON.writeValueAsString(Map.of("command", command, "arguments", arguments)) + "\n";
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            answer = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
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
}
