// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.Collection;

/// Median, least and greatest of repeated figures.
///
/// @param median the one in the middle, or between the two in the middle
/// @param least the least
/// @param greatest the greatest
public record Spread(double median, double least, double greatest) {
    /// @param figures at least one
    /// @return their spread
    public static Spread of(Collection<? extends Number> figures) {
        double[] sorted = figures.stream().mapToDouble(Number::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("A spread needs at least one figure.");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
