// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.health;

import dev.weir.app.AppVersion;
import dev.weir.app.relay.ListenAddress;
import dev.weir.quic.kwik.RelayServer;
import java.util.Map;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/// What `/actuator/info` says: which build runs, on what, and where it listens.
public final class BuildInfo implements InfoContributor {
    private final RelayServer relay;

    /// @param relay the relay
    public BuildInfo(RelayServer relay) {
        this.relay = relay;
    }

    @Override
    public void contribute(Info.Builder builder) {
        builder.withDetail("build", Map.of("name", "weir", "version", AppVersion.number(), "commit", AppVersion.commit(),
                "time", AppVersion.time(), "alpn", RelayServer.ALPN));
        builder.withDetail("java", Map.of("version", System.getProperty("java.runtime.version"), "vendor", System.getProperty("java.vendor")));
        builder.withDetail("kernel", Map.of("release", System.getProperty("os.version"), "architecture", System.getProperty("os.arch")));
        builder.withDetail("relay", Map.of(
                "listen", ListenAddress.format(relay.address()), "path", relay.kernelPath() ? "kernel" : "userspace"));
    }
}
