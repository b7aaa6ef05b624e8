// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.Locale;

/// One combination of a comparison.
///
/// @param mode `stream` or `datagram`
/// @param path `kernel` or `userspace`
/// @param subscribers how many
/// @param lossPercent share of the packets to subscribers that the network loses, percent
/// @param delayMs what every packet between relay and subscriber waits, each way, milliseconds
public record CompareCell(String mode, String path, int subscribers, double lossPercent, int delayMs) {
    /// @return what it shares with the other modes and paths, in words
    public String circumstances() {
        return String.format(Locale.ROOT, "%d subscriber%s, %s %% loss, %d ms delay",
                subscribers, subscribers == 1 ? "" : "s", loss(), delayMs);
    }

    /// @return mode and path in words
    public String way() {
        return mode + ", " + (path.equals("kernel") ? "kernel" : "user space");
    }

    /// @return the loss without needless decimals
    public String loss() {
        return lossPercent == Math.rint(lossPercent)
                ? String.valueOf((long) lossPercent) : String.valueOf(lossPercent);
    }
}
