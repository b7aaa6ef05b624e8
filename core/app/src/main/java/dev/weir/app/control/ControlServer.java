// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A relay's control socket: a unix-domain socket that only its owner may open. A request is one line of JSON,
/// `{"command": "policy list", "arguments": {…}}`, its answer another one, `{"result": …}` or `{"error": "sentence"}`. Any number
/// of requests on a connection, one after the other.
///
/// A peer that says nothing for a while, does not take its answers, or says too much in one line, is disconnected; others do not
/// notice.
public final class ControlServer implements AutoCloseable {
    /// Longest request, bytes.
    static final int LONGEST_LINE = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_CONNECTIONS = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /// What fails without a connection, such as a process that may open no further file, fails again at once.
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(250);

    private final Path socket;
    private final Duration patience;
    private final ServerSocketChannel listener;
    private final Map<String, Function<JsonNode, Object>> commands;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(MOST_CONNECTIONS);
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weir-control-watchdog").daemon().factory());

    private ControlServer(
            Path socket, ServerSocketChannel listener, Map<String, Function<JsonNode, Object>> commands, Duration patience) {
        this.socket = socket;
        this.patience = patience;
        this.listener = listener;
        this.commands = Map.copyOf(commands);
    }

    /// Listens on a socket.
    ///
    /// @param socket its path; what a relay that is gone has left there is replaced
    /// @param commands by name: from the arguments to what becomes the result's JSON; an exception's message is the error
    /// @throws ControlException if another relay listens there, or the path cannot be used
    public static ControlServer start(Path socket, Map<String, Function<JsonNode, Object>> commands) {
        return start(socket, commands, PATIENCE);
    }

    /// @param patience how long a peer may say nothing, or not take an answer
    static ControlServer start(Path socket, Map<String, Function<JsonNode, Object>> commands, Duration patience) {
        try {
            Files.createDirectories(socket.toAbsolutePath().getParent());
            refuseLive(socket);
            Files.deleteIfExists(socket);
            ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            var server = new ControlServer(socket, listener, commands, patience);
            Thread.ofVirtual().name("weir-control").start(server::accept);
            return server;
        } catch (IOException | IllegalArgumentException e) {
            throw new ControlException("The control socket " + socket + " cannot be made (" + e.getMessage()
                    + "); name another path with --control, or none with '--control none'.", e);
        }
    }

    private static void refuseLive(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            LOG.atDebug().log("{} was left behind by a relay that is gone", socket);
            return;
        }
        throw new ControlException("Another relay listens on the control socket " + socket
                + "; end it, or name another path with --control.");
    }

    /// Where it listens.
    public Path socket() {
        return socket;
    }

    private void accept() {
        boolean failing = false;
        while (listener.isOpen()) {
            try {
                admit(listener.accept());
                failing = false;
            } catch (ClosedChannelException e) {
                LOG.atDebug().log("the control socket is closed");
            } catch (IOException e) {
                if (!failing) {
                    LOG.atWarn().addKeyValue("reason", e.getMessage()).log("The control socket takes no connections for now");
                }
                failing = true;
                LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
            }
        }
    }

    private void admit(SocketChannel connection) {
        if (room.tryAcquire()) {
            connections.add(connection);
            Thread.ofVirtual().name("weir-control-connection").start(() -> serve(connection));
            return;
        }
        try (connection) {
            send(connection, Map.of("error", MOST_CONNECTIONS + " others ask this relay at this moment; try again."));
        } catch (IOException | RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("a peer that there was no room for has gone");
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            ByteBuffer block = ByteBuffer.allocate(8192);
            var line = new ByteArrayOutputStream();
            while (watched(connection, () -> connection.read(block)) >= 0) {
                block.flip();
                while (block.hasRemaining()) {
                    byte each = block.get();
                    if (each == '\n') {
                        send(connection, answer(line.toString(StandardCharsets.UTF_8)));
                        line.reset();
                    } else {
                        line.write(each);
                    }
                }
                block.clear();
                if (line.size() > LONGEST_LINE) {
                    send(connection, Map.of("error", "The request has more than " + LONGEST_LINE + " bytes; shorten it."));
                    return;
                }
            }
        } catch (IOException | RejectedExecutionException e) { // the latter while the relay ends
            LOG.atDebug().setCause(e).log("a control connection ended");
        } finally {
            connections.remove(connection);
            room.release();
        }
    }

    private interface Transfer {
        int run() throws IOException;
    }

    /// Reads or writes; a peer that lets it wait for too long is disconnected.
    private int watched(SocketChannel connection, Transfer transfer) throws IOException {
        var alarm = watchdog.schedule(() -> closeQuietly(connection), patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return transfer.run();
        } finally {
            alarm.cancel(false);
        }
    }

    private Map<String, Object> answer(String line) {
        try {
            JsonNode request = JSON.readTree(line);
            String name = request.path("command").asString("");
            Function<JsonNode, Object> command = commands.get(name);
            if (command == null) {
                return Map.of("error", "This relay does not know the command '" + name + "'; use the launcher of its version.");
            }
            return Map.of("result", command.apply(request.path("arguments")));
        } catch (JacksonException e) {
            return Map.of("error", "The request is no line of JSON (" + e.getOriginalMessage() + ").");
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("a control command failed");
            return Map.of("error", e.getMessage() == null ? "The command failed: " + e + "." : e.getMessage());
        }
    }

    private void send(SocketChannel connection, Map<String, Object> answer) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((JSON.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            watched(connection, () -> connection.write(bytes));
        }
    }

    static void closeQuietly(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("a control connection was closed already");
        }
    }

    /// Closes the socket and all its connections, and removes it.
    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the control socket stays behind");
        }
        connections.forEach(ControlServer::closeQuietly);
        watchdog.shutdownNow();
    }
}
