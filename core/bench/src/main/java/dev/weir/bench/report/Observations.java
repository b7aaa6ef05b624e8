// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;
import java.util.Map;

/// What all subscribers of a run saw, without the warm-up: what a comparison compares.
///
/// @param objectsPublished objects that left the publisher
/// @param objectsReceived all subscribers together, each object once per subscriber
/// @param missing objects that did not come, all subscribers together, by reason, see [MissingObjects#byReasonMeasured]
/// @param latencyUs the distribution that [RunReport#latencyUs] has three points of, in ascending order
/// @param stalls waits
/// @param objectsPerSlot objects that arrived in each quarter of a second, all subscribers together, from the first arrival on
/// @param framesPublished frames of a video; 0: the content has none
/// @param framesDecodable of these, frames that could be decoded with what else arrived, all subscribers together
public record Observations(
        long objectsPublished,
        long objectsReceived,
        Map<String, Long> missing,
        List<Quantile> latencyUs,
        Stalls stalls,
        List<Long> objectsPerSlot,
        long framesPublished,
        long framesDecodable) {
    /// Length of a slot, milliseconds.
    public static final int SLOT_MILLIS = 250;

    /// Copies the collections.
    public Observations {
        missing = Map.copyOf(missing);
        latencyUs = List.copyOf(latencyUs);
        objectsPerSlot = List.copyOf(objectsPerSlot);
    }

    /// A point of a distribution.
    ///
    /// @param percent of the objects, 0 to 100
    /// @param micros took no longer, microseconds
    public record Quantile(double percent, double micros) {}

    /// How often a subscriber waited between two objects longer than the publisher had between sending them: what is called
    /// head-of-line blocking where it comes from order.
    ///
    /// @param over50 waits of more than 50 ms
    /// @param over200 of these, waits of more than 200 ms
    /// @param millis all waits of more than 50 ms together
    public record Stalls(long over50, long over200, long millis) {
        /// @param other another subscriber's
        /// @return both together
        public Stalls plus(Stalls other) {
            return new Stalls(over50 + other.over50, over200 + other.over200, millis + other.millis);
        }
    }
}
