// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import dev.weir.abi.ImpairLimit;
import java.time.Duration;

/// How unkind a network is. Only UDP packets are concerned, and of these only those that [#port], [#shortHeadersOnly] and
/// [#minimumPayload] admit; all others pass, uncounted.
///
/// Loss, duplicates and damage of a packet are a function of the seed and of its ordinal among the packets concerned, so the same seed
/// and the same packets meet the same fate. Black holes follow the clock, from the moment on in which the impairment begins.
///
/// @param seed any number
/// @param lossPercent share of packets lost, 0 to 100
/// @param burst packets that are lost in a row, 1 to 16; the share stays what it is
/// @param duplicatePercent share of packets that come twice, 0 to 100
/// @param corruptPercent share of packets with one bit turned over, 0 to 100; the UDP checksum is put right, so that QUIC has to find it
/// @param blackholeLength how long nothing passes; zero: never
/// @param blackholePeriod how often that begins
/// @param port UDP port of either side; 0: any
/// @param shortHeadersOnly whether packets with a long header pass, and so handshakes
/// @param minimumPayload packets with fewer bytes of UDP payload pass; with 600, media is concerned and acknowledgements are not
public record Impairment(
        long seed,
        double lossPercent,
        int burst,
        double duplicatePercent,
        double corruptPercent,
        Duration blackholeLength,
        Duration blackholePeriod,
        int port,
        boolean shortHeadersOnly,
        int minimumPayload) {
    private static final int PER_PERCENT = ImpairLimit.PER_MILLION.value / 100;

    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public Impairment {
        requirePercent("loss", lossPercent);
        requirePercent("duplicate", duplicatePercent);
        requirePercent("corrupt", corruptPercent);
        require(burst >= 1 && burst <= ImpairLimit.BURST_MAX.value, "A burst of loss has 1 to " + ImpairLimit.BURST_MAX.value + " packets, not " + burst + ".");
        require(port >= 0 && port <= 0xffff, "A UDP port is 0 (any) to 65535, not " + port + ".");
        require(minimumPayload >= 0, "The least payload is 0 bytes or more, not " + minimumPayload + ".");
        require(!blackholeLength.isNegative() && !blackholePeriod.isNegative()
                        && (blackholeLength.isZero() || blackholeLength.compareTo(blackholePeriod) <= 0),
                "A black hole is at most as long as its period: " + blackholeLength + " of " + blackholePeriod + ".");
    }

    private static void requirePercent(String what, double value) {
        require(value >= 0 && value <= 100, "The " + what + " share is 0 to 100 percent, not " + value + ".");
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }

    /// A kind network: nothing happens until one of the `with` methods says otherwise.
    ///
    /// @param seed any number
    /// @return an impairment that impairs nothing
    public static Impairment none(long seed) {
        return new Impairment(seed, 0, 1, 0, 0, Duration.ZERO, Duration.ZERO, 0, false, 0);
    }

    /// @param percent share of packets lost
    /// @param length packets in a row
    /// @return the same with loss
    public Impairment withLoss(double percent, int length) {
        return new Impairment(seed, percent, length, duplicatePercent, corruptPercent, blackholeLength, blackholePeriod, port,
                shortHeadersOnly, minimumPayload);
    }

    /// @param percent share of packets that come twice
    /// @return the same with duplicates
    public Impairment withDuplicates(double percent) {
        return new Impairment(seed, lossPercent, burst, percent, corruptPercent, blackholeLength, blackholePeriod, port,
                shortHeadersOnly, minimumPayload);
    }

    /// @param percent share of packets damaged
    /// @return the same with damage
    public Impairment withCorruption(double percent) {
        return new Impairment(seed, lossPercent, burst, duplicatePercent, percent, blackholeLength, blackholePeriod, port,
                shortHeadersOnly, minimumPayload);
    }

    /// @param length how long nothing passes
    /// @param period how often that begins
    /// @return the same with black holes
    public Impairment withBlackhole(Duration length, Duration period) {
        return new Impairment(seed, lossPercent, burst, duplicatePercent, corruptPercent, length, period, port, shortHeadersOnly,
                minimumPayload);
    }

    /// @param onlyPort UDP port of either side, 0: any
    /// @param onlyShort whether packets with a long header pass
    /// @param leastPayload packets with fewer bytes of UDP payload pass
    /// @return the same for these packets alone
    public Impairment only(int onlyPort, boolean onlyShort, int leastPayload) {
        return new Impairment(seed, lossPercent, burst, duplicatePercent, corruptPercent, blackholeLength, blackholePeriod, onlyPort,
                onlyShort, leastPayload);
    }

    /// @return per million, at which a burst begins, so that [#lossPercent] of all packets are in one
    int lossStartPerMillion() {
        return (int) Math.round(ImpairLimit.PER_MILLION.value * (1 - Math.pow(1 - lossPercent / 100, 1.0 / burst)));
    }

    int duplicatePerMillion() {
        return (int) Math.round(duplicatePercent * PER_PERCENT);
    }

    int corruptPerMillion() {
        return (int) Math.round(corruptPercent * PER_PERCENT);
    }
}
