// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

/// How unkind the network is to a run (`--loss`, `--loss-to-relay`, `--burst`, `--seed`). Handshakes are spared; in DATAGRAM mode everything
/// but media is, so that every loss is an object that one can account for.
///
/// @param lossToSubscribers share of the packets to subscribers that is lost, percent, 0 to 90
/// @param lossToRelay share of the publisher's packets that is lost, percent, 0 to 90
/// @param burst packets lost in a row, 1 to 16
/// @param seed the same seed and the same packets give the same losses
public record NetworkFaults(double lossToSubscribers, double lossToRelay, int burst, long seed) {
    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public NetworkFaults {
        check("--loss", lossToSubscribers);
        check("--loss-to-relay", lossToRelay);
        Ranges.check("--burst", burst, 1, 16, "packets");
    }

    private static void check(String option, double percent) {
        if (!(percent >= 0 && percent <= 90)) {
            throw new IllegalArgumentException(option + " takes 0 to 90 percent, not " + percent + ".");
        }
    }
}
