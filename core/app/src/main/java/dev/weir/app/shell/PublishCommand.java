// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.bench.media.VideoCodec;
import dev.weir.bench.run.PublishOptions;
import dev.weir.bench.run.PublishRun;
import dev.weir.bench.run.RelayTarget;
import dev.weir.bench.run.Subgroups;
import dev.weir.spi.DeliveryMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `publish`: one track to a relay.
@Component
class PublishCommand {
    @Command(name = "publish", group = "Media", description = "Publishes a video, or checksummed objects, to a relay.")
    void publish(
            CommandContext context,
            @Option(longName = "relay", required = true, description = "the relay, HOST:PORT") String relay,
            @Option(longName = "certificate", description = MediaOptions.CERTIFICATE) @Nullable Path certificate,
            @Option(longName = "insecure", defaultValue = "false", description = MediaOptions.INSECURE) Boolean insecure,
            @Option(longName = "namespace", defaultValue = PublishOptions.DEFAULT_NAMESPACE,
                    description = "track namespace, fields separated by slashes") String namespace,
            @Option(longName = "track", defaultValue = PublishOptions.DEFAULT_TRACK, description = "track name") String track,
            @Option(longName = "mode", defaultValue = "stream", description = "how the objects travel") DeliveryMode mode,
            @Option(longName = "offer", defaultValue = "false",
                    description = "offer the track with PUBLISH instead of announcing its namespace") Boolean offer,
            @Option(longName = "seconds", defaultValue = "60", description = MediaOptions.SECONDS) Integer seconds,
            @Option(longName = "rate", description = MediaOptions.RATE) @Nullable Integer rate,
            @Option(longName = "size", description = MediaOptions.SIZE) @Nullable Integer size,
            @Option(longName = "media", description = MediaOptions.MEDIA) @Nullable Path media,
            @Option(longName = "subgroups", defaultValue = "one", description = MediaOptions.SUBGROUPS) Subgroups subgroups,
            @Option(longName = "codec", defaultValue = "h264", description = MediaOptions.CODEC) VideoCodec codec,
            @Option(longName = "wait", defaultValue = "60", description = "seconds to wait for the first subscriber") Integer wait,
            @Option(longName = "settle", defaultValue = "0",
                    description = "seconds to wait after the first subscriber for the others") Integer settle)
            throws Exception {
        PublishOptions options = MediaOptions.checked(() -> new PublishOptions(
                RelayTarget.parse(relay, certificate, insecure), namespace, track, mode, offer, seconds,
                MediaOptions.load(rate, size), media, subgroups, codec, wait, settle));
        CommandFailedException.unlessZero(PublishRun.run(options, context.outputWriter()));
    }
}
