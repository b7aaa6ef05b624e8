// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.ConfigurationException;
import dev.weir.app.control.ControlSockets;
import dev.weir.app.relay.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What somebody must show who changes something over HTTP: 160 random bits, in a file that only the relay's owner may read.
/// Another one with every start.
public final class SteeringToken implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SteeringToken.class);
    private static final int BYTES = 20;

    private final String token;
    private final @Nullable Path file;

    private SteeringToken(String token, @Nullable Path file) {
        this.token = token;
        this.file = file;
    }

    /// Makes a token and writes it to a file.
    ///
    /// @param wanted the file; null: `<port>.token` beside the control sockets, and if that cannot be, nobody can change anything
    /// @param port the relay's UDP port
    /// @throws ConfigurationException if the wanted file cannot be written
    static SteeringToken create(@Nullable Path wanted, int port) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        Path file = wanted == null ? ControlSockets.of(port).resolveSibling(port + ".token") : wanted;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, token + "\n");
            return new SteeringToken(token, file);
        } catch (IOException e) {
            if (wanted != null) {
                throw new ConfigurationException("Cannot write the token to " + file + " (" + IoReason.of(e)
                        + "); set weir.management.token-file to a file in a folder that you may write to.", e);
            }
            LOG.atWarn().log("Nothing can be changed on the page: cannot write {} ({}); set weir.management.token-file", file, IoReason.of(e));
            return new SteeringToken(token, null);
        }
    }

    /// Whether somebody has shown it; takes the same time however much of it is right.
    boolean isShownBy(@Nullable String shown) {
        return file != null
                && shown != null
                && MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), shown.strip().getBytes(StandardCharsets.UTF_8));
    }

    /// Where it can be read, for people.
    String where() {
        return file == null ? "none" : file.toString();
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("the token stays behind");
            }
        }
    }
}
