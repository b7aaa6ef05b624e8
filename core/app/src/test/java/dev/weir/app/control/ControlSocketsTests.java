// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which relay a command means that names none.
class ControlSocketsTests {
    @TempDir
    Path folder;

    private ControlServer relay(String name) {
        return ControlServer.start(folder.resolve(name), Map.of());
    }

    /// A process that is killed closes what it listens at, and removes nothing.
    private Path leftBehind(String name) throws IOException {
        Path socket = folder.resolve(name);
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(Files.exists(socket)).isTrue();
        return socket;
    }

    @Test
    void theOnlyOneThatRuns() throws IOException {
        leftBehind("1.sock");
        try (ControlServer _ = relay("2.sock")) {
            assertThat(ControlSockets.only(folder)).isEqualTo(folder.resolve("2.sock"));
        }
    }

    @Test
    void noneIfAllWereKilled() throws IOException {
        leftBehind("1.sock");
        assertThatThrownBy(() -> ControlSockets.only(folder)).hasMessageContaining("No relay runs here").hasMessageContaining("./weir serve");
    }

    @Test
    void noneIfThereIsNoFolder() {
        assertThatThrownBy(() -> ControlSockets.only(folder.resolve("missing"))).hasMessageContaining("No relay runs here");
    }

    @Test
    void theUserSaysWhichOfSeveral() {
        try (ControlServer _ = relay("1.sock"); ControlServer _ = relay("2.sock")) {
            assertThatThrownBy(() -> ControlSockets.only(folder))
                    .hasMessageContaining("--relay-control").hasMessageContaining("1.sock").hasMessageContaining("2.sock");
        }
    }
}
