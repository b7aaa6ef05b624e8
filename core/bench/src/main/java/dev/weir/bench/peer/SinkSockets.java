// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What UDP sockets dropped because their receive buffers were full, from procfs: a receiver's own losses.
public final class SinkSockets {
    private static final List<Path> TABLES = List.of(Path.of("/proc/thread-self/net/udp"), Path.of("/proc/thread-self/net/udp6"));
    private static final int LOCAL_ADDRESS = 1;
    private static final int HEXADECIMAL = 16;

    private SinkSockets() {}

    /// @return packets dropped by each UDP socket of the calling thread's network namespace, by local port; ports without
    ///     drops are there as well
    /// @throws BenchException if procfs is not there
    public static Map<Integer, Long> dropsByPort() {
        var drops = new HashMap<Integer, Long>();
        for (Path table : TABLES) {
            try (var lines = Files.lines(table)) {
                lines.skip(1).map(line -> line.strip().split("\\s+")).forEach(row -> {
                    String local = row[LOCAL_ADDRESS];
                    int port = Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), HEXADECIMAL);
                    drops.merge(port, Long.parseLong(row[row.length - 1]), Long::sum);
                });
            } catch (IOException e) {
                throw new BenchException("Cannot read " + table + " (" + e.getMessage() + "); mount procfs on /proc.", e);
            }
        }
        return drops;
    }
}
