// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.media.VideoCodec;
import dev.weir.spi.DeliveryMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Options of `./weir publish`.
///
/// @param relay where to (`--relay`, `--certificate`, `--insecure`)
/// @param namespace track namespace, fields separated by slashes (`--namespace`); default [#DEFAULT_NAMESPACE]
/// @param track track name (`--track`); default [#DEFAULT_TRACK]
/// @param mode how objects travel (`--mode`); default stream
/// @param offer whether to offer the track itself with PUBLISH instead of announcing its namespace with PUBLISH_NAMESPACE
///     (`--offer`)
/// @param seconds length of the media (`--seconds`), 1 to 86400; default [#DEFAULT_SECONDS]
/// @param load checksummed objects instead of a video (`--rate`, `--size`; one of them is enough); null: a video
/// @param media a file for ffmpeg to read (`--media`); null: a generated test picture
/// @param subgroups how groups are divided (`--subgroups one|by-layer`); default one
/// @param codec how frames are coded (`--codec h264|vp8`); default h264, the only one unless published by layer
/// @param waitSeconds how long to wait for the first subscriber (`--wait`), 1 to 86400; default [#DEFAULT_WAIT]
/// @param settleSeconds how long to wait after the first subscriber for the others (`--settle`), 0 to 3600; default 0
public record PublishOptions(
        RelayTarget relay,
        String namespace,
        String track,
        DeliveryMode mode,
        boolean offer,
        int seconds,
        @Nullable SyntheticLoad load,
        @Nullable Path media,
        Subgroups subgroups,
        VideoCodec codec,
        int waitSeconds,
        int settleSeconds) {
    /// Namespace unless said otherwise; also the subscriber's.
    public static final String DEFAULT_NAMESPACE = "weir/demo";
    /// Track name unless said otherwise; also the subscriber's.
    public static final String DEFAULT_TRACK = "video";
    /// Seconds of media unless said otherwise.
    public static final int DEFAULT_SECONDS = 60;
    /// Seconds to wait for a subscriber unless said otherwise.
    public static final int DEFAULT_WAIT = 60;

    /// @throws IllegalArgumentException if a value is out of its range or options exclude each other, as a sentence
    public PublishOptions {
        Ranges.check("--seconds", seconds, 1, 86_400, "seconds");
        Ranges.check("--wait", waitSeconds, 1, 86_400, "seconds");
        Ranges.check("--settle", settleSeconds, 0, 3_600, "seconds");
        if (load != null && media != null) {
            throw new IllegalArgumentException("--media excludes --rate and --size; leave one or the other out.");
        }
        if (load != null && subgroups == Subgroups.BY_LAYER) {
            throw new IllegalArgumentException("--subgroups by-layer needs a video; leave --rate and --size out.");
        }
        if (codec != VideoCodec.H264 && subgroups != Subgroups.BY_LAYER) {
            throw new IllegalArgumentException("--codec vp8 is for frames of their own; add --subgroups by-layer.");
        }
    }
}
