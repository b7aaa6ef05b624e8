// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// With the real ffmpeg as encoder and as decoder: what is left when layers are taken away decodes without a complaint, to
/// the very pictures that it would be with all layers.
class LayeredVideoIT {
    private static final int SECONDS = 3;
    private static final int FRAMES = 30 * SECONDS;
    private static final int PAYLOAD = 1100;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void theFirstLayersDecodeByThemselves(VideoCodec codec) {
        List<SourceObject> objects = publish(codec, null);

        Set<String> pictures = write("all", codec, objects, _ -> true, FRAMES);
        long references = frames(objects, FrameLayer.KEY, FrameLayer.REFERENCE);
        Set<String> two = write("two", codec, objects, layer -> layer != FrameLayer.DROPPABLE, references);
        Set<String> one = write("one", codec, objects, layer -> layer == FrameLayer.KEY, SECONDS);

        assertThat(references).isBetween(FRAMES / 4L, FRAMES * 2 / 3L);
        assertThat(pictures).containsAll(two).hasSizeGreaterThan(two.size());
        assertThat(two).containsAll(one).hasSizeGreaterThan(one.size());
    }

    @ParameterizedTest
    @EnumSource
    void lossesLeaveAFileThatDecodesToTheSamePictures(VideoCodec codec) {
        List<SourceObject> objects = new ArrayList<>(publish(codec, null));
        Set<String> pictures = write("all", codec, objects, _ -> true, FRAMES);
        for (int lost = 70; lost < objects.size(); lost += 69) {
            objects.remove(lost);
        }
        Path file = folder.resolve("lossy");

        FrameCounts counts = receive(codec, objects, _ -> true, file);

        assertThat(counts.missing(FrameLayer.COUNT)).isPositive();
        assertThat(counts.decodable()).isBetween(1L, FRAMES - 1L).isEqualTo(decodedFrames(file));
        assertThat(pictures).containsAll(pictures(file));
    }

    @Test
    void aFileOfAnotherFrameRateIsPublishedWithThirtyFramesPerSecond() {
        Path media = folder.resolve("with-sound.mkv");
        CommandResult.of("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=321x241:rate=25",
                "-f", "lavfi", "-i", "sine", "-t", String.valueOf(SECONDS), media.toString()).orThrow();
        for (VideoCodec codec : VideoCodec.values()) {
            write(codec.name(), codec, publish(codec, media), _ -> true, FRAMES);
        }
    }

    private static List<SourceObject> publish(VideoCodec codec, Path media) {
        try (var source = new LayeredSource(Ffmpeg.frames(codec, media, SECONDS), codec, PAYLOAD)) {
            return TestVideo.drain(source);
        }
    }

    /// What a subscriber makes of some layers; returns the checksums of the pictures that it decodes to.
    private Set<String> write(String name, VideoCodec codec, List<SourceObject> objects, Predicate<FrameLayer> layers, long frames) {
        Path file = folder.resolve(name);
        FrameCounts counts = receive(codec, objects, layers, file);

        assertThat(counts.decodable()).as("%s of %s", name, codec).isEqualTo(frames);
        assertThat(decodedFrames(file)).as("%s of %s", name, codec).isEqualTo(frames);
        return pictures(file);
    }

    private static FrameCounts receive(VideoCodec codec, List<SourceObject> objects, Predicate<FrameLayer> layers, Path file) {
        try (ContentOutput output = ContentOutput.open(file)) {
            ContentAssembly assembly = ContentAssembly.of(codec.content(), output, null);
            for (SourceObject object : objects) {
                if (layers.test(object.layer())) {
                    assembly.add(object.location(), object.layer().priority(), object.payload(0));
                }
            }
            return assembly.finish();
        }
    }

    private static long frames(List<SourceObject> objects, FrameLayer... layers) {
        return objects.stream()
                .filter(object -> Arrays.asList(layers).contains(object.layer()))
                .map(object -> FrameChunk.decode(object.payload(0)).frame())
                .distinct().count();
    }

    private static long decodedFrames(Path file) {
        String count = CommandResult.of("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames",
                "-of", "csv=p=0", file.toString()).orThrow().output().strip();
        return Long.parseLong(count);
    }

    private static Set<String> pictures(Path file) {
        CommandResult decoded = CommandResult.of(
                "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", file.toString(), "-f", "framemd5", "-").orThrow();
        assertThat(decoded.errors()).isEmpty();
        return decoded.output().lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .collect(Collectors.toSet());
    }
}
