// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import org.HdrHistogram.Histogram;

/// Quantiles of the time from the publisher's sending of an object to a subscriber's having all of it, microseconds. Both
/// run on one host and read one clock. With many subscribers in one process, their waiting for each other is in it: the last
/// of 64 is handled after the 63 before it.
///
/// @param p50 median
/// @param p99 99 %
/// @param p999 99.9 %
public record Latency(double p50, double p99, double p999) {
    private static final double MEDIAN = 50;
    private static final double MOST = 99;
    private static final double NEARLY_ALL = 99.9;

    /// @param histogram microseconds
    /// @return its quantiles; zeros if it is empty
    public static Latency of(Histogram histogram) {
        return new Latency(histogram.getValueAtPercentile(MEDIAN), histogram.getValueAtPercentile(MOST),
                histogram.getValueAtPercentile(NEARLY_ALL));
    }
}
