// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An ffmpeg that writes a video to a pipe, with a key frame every second: fragmented MP4 (H.264, one fragment per frame), or
/// single frames of either [VideoCodec] of which some are droppable.
public final class Ffmpeg implements VideoSource.AutoCloseableInput {
    /// Of the test picture, and of whatever is published by layer.
    static final int FRAME_RATE = 30;

    private static final List<String> KEY_FRAMES =
            List.of("-pix_fmt", "yuv420p", "-force_key_frames", "expr:gte(t,n_forced)", "-g", "250");
    private static final List<String> FRAGMENTS = List.of("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0",
            "-c:a", "aac", "-ac", "2", "-movflags", "frag_every_frame+empty_moov+default_base_moof+skip_trailer", "-f", "mp4", "pipe:1");
    private static final List<String> FRAMES = List.of("-an", "-r", String.valueOf(FRAME_RATE));
    /// Two B-frames between reference frames, no reference themselves (nal_ref_idc 0). Every access unit begins with a
    /// delimiter, every key frame has its parameter sets with it and closes what was before.
    private static final List<String> H264 = List.of("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0", "-bf", "2",
            "-b_strategy", "0", "-x264-params", "aud=1:b-pyramid=0:repeat-headers=1:open-gop=0", "-f", "h264", "pipe:1");
    /// Two temporal layers, of which every frame of the upper one changes no reference picture and no probability.
    private static final List<String> VP8 = List.of("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M",
            "-error-resilient", "1", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-ts-parameters",
            "ts_number_layers=2:ts_target_bitrate=1300,2000:ts_rate_decimator=2,1:ts_periodicity=2:ts_layer_id=0,1:ts_layering_mode=2",
            "-f", "ivf", "pipe:1");

    private final Process process;
    private final String what;
    private final CompletableFuture<String> messages = new CompletableFuture<>();
    private final InputStream stream;

    private Ffmpeg(Process process, String what) {
        this.process = process;
        this.what = what;
        this.stream = new CheckedStream(process.getInputStream());
        Thread.ofPlatform().daemon().name("ffmpeg-messages").start(this::readMessages);
    }

    /// The first video and the first sound of a file, at most 1280 pixels wide, or a generated picture, 1280x720 at 30 frames a second.
    ///
    /// @param media anything ffmpeg reads; null: a test picture
    /// @param seconds how much
    /// @throws BenchException if ffmpeg is missing or there is no such file
    public static Ffmpeg of(@Nullable Path media, int seconds) {
        return start(media, seconds, FRAGMENTS);
    }

    /// The same picture without sound, 30 frames a second, as single frames.
    ///
    /// @param codec how they are coded, and thereby the format: Annex B or IVF
    /// @param media the file; null: a test picture
    /// @param seconds how much
    /// @throws BenchException if ffmpeg is missing or there is no such file
    public static Ffmpeg frames(VideoCodec codec, @Nullable Path media, int seconds) {
        var encode = new ArrayList<>(FRAMES);
        encode.addAll(codec == VideoCodec.H264 ? H264 : VP8);
        return start(media, seconds, encode);
    }

    private static List<String> input(@Nullable Path media, int seconds) {
        String length = String.valueOf(seconds);
        if (media == null) {
            return List.of("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=" + FRAME_RATE, "-t", length);
        }
        if (!Files.isReadable(media) || Files.isDirectory(media)) {
            throw new BenchException("Cannot read the media file " + media + "; name an existing file that you may read.");
        }
        return List.of("-i", media.toString(), "-t", length, "-map", "0:v:0", "-map", "0:a:0?",
                "-vf", "scale='trunc(min(1280,iw)/2)*2':-2");
    }

    private static Ffmpeg start(@Nullable Path media, int seconds, List<String> encode) {
        var command = new ArrayList<>(List.of("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error"));
        command.addAll(input(media, seconds));
        command.addAll(KEY_FRAMES);
        command.addAll(encode);
        try {
            return new Ffmpeg(new ProcessBuilder(command).start(), media == null ? "a test picture" : media.toString());
        } catch (IOException e) {
            throw new BenchException("Cannot start ffmpeg (" + e.getMessage() + "); install the package ffmpeg.", e);
        }
    }

    /// Has ffprobe read a file to its end.
    ///
    /// @param file a video
    /// @return what ffprobe complains of; empty if it plays
    /// @throws BenchException if ffprobe is missing
    public static String complaints(Path file) {
        try {
            Process probe = new ProcessBuilder("ffprobe", "-v", "error", "-count_frames", "-show_entries",
                    "stream=nb_read_frames", "-of", "csv=p=0", file.toString()).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            String errors = new String(probe.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = probe.waitFor();
            return code == 0 ? errors : errors + " (ffprobe's exit code is " + code + ")";
        } catch (IOException e) {
            throw new BenchException("Cannot start ffprobe (" + e.getMessage() + "); install the package ffmpeg.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while ffprobe was reading " + file + ".", e);
        }
    }

    /// Writes the whole video to a file.
    ///
    /// @throws BenchException if ffmpeg fails or the file cannot be written
    public void writeTo(Path file) {
        try (this) {
            Files.copy(stream, file);
        } catch (IOException e) {
            throw new BenchException("Cannot write the video to " + file + " (" + e.getMessage() + "); make room there.", e);
        }
    }

    @Override
    public InputStream stream() {
        return stream;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private void readMessages() {
        try (InputStream errors = process.getErrorStream()) {
            messages.complete(new String(errors.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            messages.complete(String.valueOf(e.getMessage()));
        }
    }

    /// Tells the end of the video from a failure of ffmpeg.
    private final class CheckedStream extends BufferedInputStream {
        private static final int BUFFER = 1 << 16;

        CheckedStream(InputStream in) {
            super(in, BUFFER);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (count < 0) {
                requireSuccess();
            }
            return count;
        }

        private void requireSuccess() {
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    String first = messages.join().lines().findFirst().orElse("no message");
                    throw new BenchException("ffmpeg cannot make a video of " + what + " (" + first
                            + "); name a file with a video that ffmpeg reads, or install an ffmpeg with libx264 and libvpx.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BenchException("Interrupted while ffmpeg was reading " + what + ".", e);
            }
        }
    }
}
