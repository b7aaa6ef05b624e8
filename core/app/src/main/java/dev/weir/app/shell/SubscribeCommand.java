// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.run.PublishOptions;
import dev.weir.bench.run.RelayTarget;
import dev.weir.bench.run.SubscribeOptions;
import dev.weir.bench.run.SubscribeRun;
import dev.weir.bench.run.SubscribeStart;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `subscribe`: one track of a relay, over one or more connections.
@Component
class SubscribeCommand {
    @Command(name = "subscribe", group = "Media", description = "Subscribes to a track of a relay and checks what arrives.")
    void subscribe(
            CommandContext context,
            @Option(longName = "relay", required = true, description = "the relay, HOST:PORT") String relay,
            @Option(longName = "certificate", description = MediaOptions.CERTIFICATE) @Nullable Path certificate,
            @Option(longName = "insecure", defaultValue = "false", description = MediaOptions.INSECURE) Boolean insecure,
            @Option(longName = "namespace", defaultValue = PublishOptions.DEFAULT_NAMESPACE,
                    description = "track namespace, fields separated by slashes") String namespace,
            @Option(longName = "track", defaultValue = PublishOptions.DEFAULT_TRACK, description = "track name") String track,
            @Option(longName = "start", defaultValue = "current-group", description = "where to begin") SubscribeStart start,
            @Option(longName = "subscribers", defaultValue = "1", description = "connections, 1 to 256") Integer subscribers,
            @Option(longName = "seconds", defaultValue = "3600",
                    description = "end after this many seconds if the track has not ended before") Integer seconds,
            @Option(longName = "connection-id-length", defaultValue = "20",
                    description = "bytes of the connection IDs chosen here, 0 to 20") Integer connectionIdLength,
            @Option(longName = "layers", description = MediaOptions.LAYERS) @Nullable Integer layers,
            @Option(longName = "wait", defaultValue = "0",
                    description = "seconds to try again while the relay does not answer or nobody has announced the track") Integer wait,
            @Option(longName = "output", description = "file for the media, of the first connection") @Nullable Path output,
            @Option(longName = "keylog", description = "file for the TLS secrets, as SSLKEYLOGFILE has them") @Nullable Path keyLog,
            @Option(longName = "json", description = "file for what was received") @Nullable Path json)
            throws Exception {
        SubscribeOptions options = MediaOptions.checked(() -> new SubscribeOptions(
                RelayTarget.parse(relay, certificate, insecure), namespace, track, start, subscribers, seconds,
                connectionIdLength, layers, wait, output, keyLog, json));
        CommandFailedException.unlessZero(SubscribeRun.run(options, context.outputWriter()));
    }
}
