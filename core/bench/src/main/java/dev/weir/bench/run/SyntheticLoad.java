// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

/// A source of checksummed objects.
///
/// @param rate objects per second, 1 to 100000
/// @param size bytes per object, 32 to 65535; in DATAGRAM mode the largest that fits one datagram if that is less
public record SyntheticLoad(int rate, int size) {
    /// Objects per second if only the size is given.
    public static final int DEFAULT_RATE = 200;
    /// Bytes if only the rate is given.
    public static final int DEFAULT_SIZE = 1200;
    /// The smallest object: sequence number, send time and checksum must fit.
    public static final int SMALLEST = 32;

    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public SyntheticLoad {
        Ranges.check("--rate", rate, 1, 100_000, "objects per second");
        Ranges.check("--size", size, SMALLEST, 65_535, "bytes");
    }
}
