// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a subscriber saw of a publisher that it knows nothing of: the content of `subscribe --json`.
///
/// @param address its address and port
/// @param objectsReceived objects, each counted once
/// @param duplicates objects that came again
/// @param corrupt checksummed objects whose checksum is wrong
/// @param streamsCutOff streams that ended inside an object
/// @param streamsReset streams that the relay reset
/// @param sinkDrops packets that its own socket dropped
/// @param incomplete fragments or runs of objects that are missing in the content, or frames of the expected layers
/// @param sha256 of the content as far as it could be put together
/// @param latencyUs publisher to subscriber; only means something on one host or with synchronized clocks
/// @param ended why it ended, a clause
/// @param layers of a track that is published by layer; null: it is not
/// @param violation what the relay did against the rules, a sentence; null: nothing
public record ReceptionReport(
        String address,
        long objectsReceived,
        long duplicates,
        long corrupt,
        long streamsCutOff,
        long streamsReset,
        long sinkDrops,
        long incomplete,
        String sha256,
        Latency latencyUs,
        String ended,
        @Nullable LayersReport layers,
        @Nullable String violation) {

    /// @return whether something came, nothing twice, altered, cut off or against the rules, and exactly the expected layers
    public boolean isGood() {
        return objectsReceived > 0 && duplicates == 0 && corrupt == 0 && streamsCutOff == 0 && violation == null
                && (layers == null || layers.isAsExpected());
    }

    /// @return all of it for a person
    public String sentence() {
        String faults = duplicates + corrupt + streamsCutOff + streamsReset + sinkDrops + incomplete == 0 ? "nothing missing or wrong"
                : duplicates + " twice, " + corrupt + " altered, " + streamsCutOff + " streams cut off, " + streamsReset + " reset, "
                        + sinkDrops + " packets dropped by the own socket, " + incomplete + " gaps";
        return String.format(Locale.ROOT, "%s received %d objects, %s; SHA-256 %s; latency p50 %.0f µs, p99 %.0f µs; ended because %s%s.%s",
                address, objectsReceived, faults, sha256, latencyUs.p50(), latencyUs.p99(), ended,
                violation == null ? "" : "; the relay broke the protocol (" + violation + ")",
                layers == null ? "" : " " + layers.sentence());
    }

    /// Writes reports to a file.
    ///
    /// @param reports one per subscriber
    /// @param file where to
    /// @throws dev.weir.bench.BenchException if the file cannot be written
    public static void write(List<ReceptionReport> reports, Path file) {
        ReportJson.write(new Subscribers(reports), file);
    }

    /// The JSON's outermost object.
    record Subscribers(List<ReceptionReport> subscribers) {}
}
