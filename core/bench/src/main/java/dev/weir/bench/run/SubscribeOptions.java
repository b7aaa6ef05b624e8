// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.media.FrameLayer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Options of `./weir subscribe`.
///
/// @param relay where to (`--relay`, `--certificate`, `--insecure`)
/// @param namespace track namespace, fields separated by slashes (`--namespace`)
/// @param track track name (`--track`)
/// @param start where to begin (`--start current-group|next-group|next-object`); default current-group
/// @param subscribers number of connections (`--subscribers`), 1 to 256; default 1
/// @param seconds end after this time if the track has not ended before (`--seconds`), 1 to 86400; default [#DEFAULT_SECONDS]
/// @param connectionIdLength bytes of the connection IDs chosen here (`--connection-id-length`), 0 to 20; default 20
/// @param layers how many layers of a track that is published by layer must come, and no more (`--layers`), 1 to 3; null:
///     whatever comes is right
/// @param waitSeconds how long to try again while the relay does not answer or nobody has announced the track (`--wait`), 0 to 86400;
///     default 0
/// @param output file for the media, of the first subscriber (`--output`); null: none
/// @param keyLog file for the TLS secrets, in the format of SSLKEYLOGFILE (`--keylog`); null: none
/// @param json file for what was received (`--json`); null: none
public record SubscribeOptions(
        RelayTarget relay,
        String namespace,
        String track,
        SubscribeStart start,
        int subscribers,
        int seconds,
        int connectionIdLength,
        @Nullable Integer layers,
        int waitSeconds,
        @Nullable Path output,
        @Nullable Path keyLog,
        @Nullable Path json) {
    /// Seconds unless said otherwise.
    public static final int DEFAULT_SECONDS = 3600;
    /// Bytes of connection IDs unless said otherwise: quiche's own choice.
    public static final int DEFAULT_CONNECTION_ID_LENGTH = 20;

    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public SubscribeOptions {
        Ranges.check("--subscribers", subscribers, 1, 256, "subscribers");
        Ranges.check("--seconds", seconds, 1, 86_400, "seconds");
        Ranges.check("--connection-id-length", connectionIdLength, 0, 20, "bytes");
        Ranges.check("--wait", waitSeconds, 0, 86_400, "seconds");
        if (layers != null) {
            Ranges.check("--layers", layers, 1, FrameLayer.COUNT, "layers");
        }
    }
}
