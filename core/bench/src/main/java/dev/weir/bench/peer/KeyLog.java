// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import io.netty.handler.codec.quic.BoringSSLKeylog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.net.ssl.SSLEngine;

/// Appends TLS secrets to a file, as SSLKEYLOGFILE does.
record KeyLog(Path file) implements BoringSSLKeylog {
    @Override
    public void logKey(SSLEngine engine, String line) {
        try {
            Files.writeString(file, line + System.lineSeparator(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new BenchException("Cannot write TLS secrets to " + file + " (" + e + "); name a file that you may write to.", e);
        }
    }
}
