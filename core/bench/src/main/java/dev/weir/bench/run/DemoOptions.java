// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Options of `./weir demo`.
///
/// @param subscribers number of subscribers (`--subscribers`), 1 to 256; default [#DEFAULT_SUBSCRIBERS]
/// @param modes which delivery modes (`--mode`); default both
/// @param path who makes the copies (`--path`); default auto
/// @param seconds length of the media per mode (`--seconds`), 1 to 3600; default [#DEFAULT_SECONDS]
/// @param load checksummed objects instead of a video (`--rate`, `--size`; one of them is enough); null: a video
/// @param media a file for ffmpeg to read instead of the generated test picture (`--media`); null: generate one
/// @param json file for every figure of the table (`--json`); null: none
/// @param pcap folder for a capture and a key log per subscriber (`--pcap`); null: none
/// @param faults how unkind the network is (`--loss`, `--loss-to-relay`, `--burst`, `--seed`); null: not at all
public record DemoOptions(
        int subscribers,
        RunModes modes,
        RelayPath path,
        int seconds,
        @Nullable SyntheticLoad load,
        @Nullable Path media,
        @Nullable Path json,
        @Nullable Path pcap,
        @Nullable NetworkFaults faults) {
    /// Subscribers unless said otherwise.
    public static final int DEFAULT_SUBSCRIBERS = 8;
    /// Seconds of media per mode unless said otherwise.
    public static final int DEFAULT_SECONDS = 10;

    /// @throws IllegalArgumentException if a value is out of its range or options exclude each other, as a sentence
    public DemoOptions {
        Ranges.check("--subscribers", subscribers, 1, 256, "subscribers");
        Ranges.check("--seconds", seconds, 1, 3600, "seconds");
        if (load != null && media != null) {
            throw new IllegalArgumentException("--media excludes --rate and --size; leave one or the other out.");
        }
    }

    /// @return the demo without any option
    public static DemoOptions defaults() {
        return new DemoOptions(
                DEFAULT_SUBSCRIBERS, RunModes.BOTH, RelayPath.AUTO, DEFAULT_SECONDS, null, null, null, null, null);
    }
}
