// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import dev.weir.testkit.CommandResult;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// When the packets of a capture passed.
public final class PacketTimes {
    private PacketTimes() {}

    /// @return the times in the order of the capture, microseconds exact
    static List<Instant> of(Path pcap) {
        return of(pcap, "");
    }

    /// @param filter in tcpdump's language
    /// @return the same of some packets
    public static List<Instant> of(Path pcap, String filter) {
        return CommandResult.of("tcpdump", "-n", "-tt", "-r", pcap.toString(), filter).orThrow().output().lines()
                .map(line -> new BigDecimal(line.split(" ", 2)[0]))
                .map(seconds -> Instant.ofEpochSecond(
                        seconds.longValue(), seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue()))
                .toList();
    }
}
