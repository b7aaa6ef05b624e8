// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real ffmpeg.
class FfmpegIT {
    private static final int SECONDS = 3;
    private static final int FRAMES = 30;

    @TempDir
    Path folder;

    @Test
    void aTestPictureHasAKeyFrameEverySecondAndOneFragmentPerFrame() {
        var locations = new ArrayList<Long>();
        try (VideoSource source = VideoSource.fragments(Ffmpeg.of(null, SECONDS))) {
            for (SourceObject object = source.next(); object != null; object = source.next()) {
                locations.add(object.location().group());
            }
        }

        assertThat(locations).hasSize(SECONDS * (FRAMES + 1));
        for (long group = 0; group < SECONDS; group++) {
            long wanted = group;
            assertThat(locations.stream().filter(seen -> seen == wanted)).hasSize(FRAMES + 1);
        }
    }

    @Test
    void aFileWithSoundBecomesTheSameKindOfVideo() throws Exception {
        Path media = folder.resolve("with-sound.mkv");
        Process ffmpeg = new ProcessBuilder("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=321x241:rate=25", "-f",
                "lavfi", "-i", "sine", "-t", "2", media.toString()).inheritIO().start();
        assertThat(ffmpeg.waitFor()).isZero();
        Path mp4 = folder.resolve("out.mp4");

        Ffmpeg.of(media, 2).writeTo(mp4);

        assertThat(Ffmpeg.complaints(mp4)).isEmpty();
        assertThat(groups(mp4)).isEqualTo(2);
    }

    @Test
    void badInputIsASentence() throws Exception {
        assertThatThrownBy(() -> Ffmpeg.of(folder.resolve("none.mp4"), 1))
                .isInstanceOf(BenchException.class).hasMessageContaining("none.mp4");
        Path text = Files.writeString(folder.resolve("text.mp4"), "this is no video");
        assertThatThrownBy(() -> Ffmpeg.of(text, 1).writeTo(folder.resolve("never.mp4")))
                .isInstanceOf(BenchException.class).hasMessageContaining("ffmpeg cannot make a video of");
        assertThat(Ffmpeg.complaints(text)).isNotEmpty();
    }

    private static long groups(Path mp4) throws Exception {
        try (var in = Files.newInputStream(mp4)) {
            var splitter = new Fmp4Splitter(in);
            long keyFrames = 0;
            for (Fragment fragment = splitter.next(); fragment != null; fragment = splitter.next()) {
                keyFrames += fragment.keyFrame() ? 1 : 0;
            }
            return keyFrames;
        }
    }
}
