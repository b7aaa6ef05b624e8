// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where the control sockets of relays are.
public final class ControlSockets {
    private static final String SUFFIX = ".sock";

    private ControlSockets() {}

    /// The folder that sockets are in unless somebody says otherwise: of the user's own, or of the system's for root.
    static Path folder(Map<String, String> environment) {
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isBlank()) {
            return Path.of(runtime, "weir");
        }
        Path run = Path.of("/run");
        return Files.isWritable(run)
                ? run.resolve("weir")
                : Path.of(System.getProperty("java.io.tmpdir"), "weir-" + System.getProperty("user.name"));
    }

    /// The socket of a relay that listens on a UDP port.
    public static Path of(int port) {
        return folder(System.getenv()).resolve(port + SUFFIX);
    }

    /// The socket of the only relay that runs. One that was killed has left its own behind, which does not count.
    ///
    /// @throws ControlException if there is none, or more than one
    public static Path only() {
        return only(folder(System.getenv()));
    }

    static Path only(Path folder) {
        List<Path> sockets = list(folder).stream().filter(ControlSockets::isAnswered).toList();
        if (sockets.size() == 1) {
            return sockets.getFirst();
        }
        throw new ControlException(sockets.isEmpty()
                ? "No relay runs here: no relay listens at a control socket in " + folder
                        + "; start one with './weir serve', or name its socket with --relay-control."
                : "Several relays run here; name one with --relay-control: "
                        + sockets.stream().map(Path::toString).collect(Collectors.joining(", ")) + ".");
    }

    /// Whether a process listens; one that this user may not talk to does.
    private static boolean isAnswered(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException nobodyListens) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
