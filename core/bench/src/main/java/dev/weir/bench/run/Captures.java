// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.testkit.Capture;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Captures what every subscriber's host sees, and gives every subscriber a file of its own in the end: which port is whose
/// is known only after the handshake, which must be in the capture.
final class Captures implements AutoCloseable {
    private final Path folder;
    private final Map<Host, Capture> running = new LinkedHashMap<>();

    private Captures(Path folder) {
        this.folder = folder;
    }

    /// @param folder where the files go; made if it is not there
    static Captures start(List<Host> hosts, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BenchException("Cannot make the folder " + folder + " for captures (" + e.getMessage()
                    + "); name a folder that you may write to.", e);
        }
        deleteOld(folder);
        var captures = new Captures(folder);
        for (Host host : hosts) {
            Path file = folder.resolve("host-" + captures.running.size() + ".pcap");
            captures.running.put(host, Capture.start(host.namespace(), Topology.HOST_INTERFACE, file, "udp port " + RelayProcess.PORT));
        }
        return captures;
    }

    /// Key logs are appended to: those of an earlier run must go.
    private static void deleteOld(Path folder) {
        try (var files = Files.newDirectoryStream(folder, "subscriber-*.{pcap,keys}")) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new BenchException("Cannot delete old captures in " + folder + " (" + e.getMessage() + "); name another folder.", e);
        }
    }

    /// Stops capturing and writes a file per subscriber.
    ///
    /// @return packets that the captures themselves lost
    long finish(List<Subscribers.Member> members) {
        long lost = running.values().stream().mapToLong(Capture::stop).sum();
        for (int number = 0; number < members.size(); number++) {
            Subscribers.Member member = members.get(number);
            Path all = running.get(member.host()).file();
            CommandResult.of("tcpdump", "-n", "-Z", "root", "-r", all.toString(), "-w",
                    folder.resolve(Subscribers.name(number) + ".pcap").toString(),
                    "udp port " + member.peer().localAddress().getPort()).orThrow();
        }
        running.values().forEach(capture -> capture.file().toFile().delete());
        running.clear();
        return lost;
    }

    @Override
    public void close() {
        running.values().forEach(Capture::close);
    }
}
