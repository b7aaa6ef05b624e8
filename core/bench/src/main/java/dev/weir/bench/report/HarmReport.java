// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.testkit.peer.HarmfulPeer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// What harmful peers cost the others.
///
/// @param subscribers how many others there were
/// @param rate objects per second
/// @param seconds length of each window
/// @param rows one per mode and peer
public record HarmReport(int subscribers, int rate, int seconds, List<Row> rows) {
    /// Copies the list.
    public HarmReport {
        rows = List.copyOf(rows);
    }

    /// One kind of peer beside subscribers of one mode.
    ///
    /// @param mode how objects travelled
    /// @param peer what it did not do
    /// @param without p99 of the others' latency in each window without it, milliseconds
    /// @param with p99 in the window after that, with it, milliseconds
    /// @param heapGrowthKib live bytes of the relay after the last window with it above those before the first
    public record Row(String mode, String peer, List<Double> without, List<Double> with, long heapGrowthKib) {
        /// Copies the lists.
        public Row {
            without = List.copyOf(without);
            with = List.copyOf(with);
        }

        /// @return whether it is about the peer that does its part, with which the others are compared
        public boolean control() {
            return peer.equals(HarmfulPeer.Kind.HARMLESS.name());
        }

        /// @return with / without, window by window
        public Spread ratio() {
            return Spread.of(IntStream.range(0, with.size()).mapToObj(i -> with.get(i) / without.get(i)).toList());
        }
    }

    /// @return as a table for people
    public String table() {
        var table = new TextTable("mode", "peer", "p99 without, ms", "p99 with, ms", "with / without", "range", "heap, KiB");
        for (Row row : rows) {
            Spread ratio = row.ratio();
            table.row(row.mode(), row.peer().toLowerCase(Locale.ROOT).replace('_', ' '), median(row.without()), median(row.with()),
                    "%.2f".formatted(ratio.median()), "%.2f to %.2f".formatted(ratio.least(), ratio.greatest()), Long.toString(row.heapGrowthKib()));
        }
        return String.join("\n", table.lines());
    }

    private static String median(List<Double> values) {
        return "%.2f".formatted(Spread.of(values).median());
    }

    /// @param file gets the report, JSON
    /// @throws dev.weir.bench.BenchException if it cannot be written
    public void writeTo(Path file) {
        ReportJson.write(this, file);
    }
}
