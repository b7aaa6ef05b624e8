// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import dev.weir.wire.moqt.Location;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VideoSourceTests {
    private final TestMp4 video = new TestMp4()
            .frame(true, 0, 5000)
            .frame(false, 33, 900)
            .frame(false, 66, 1)
            .frame(true, 1000, 4000)
            .frame(false, 1033, 700);

    @Test
    void everyKeyFrameBeginsAGroupWithTheInitializationSegment() {
        List<SourceObject> objects = drain(VideoSource.fragments(video.input()));

        assertThat(objects).extracting(SourceObject::location).containsExactly(
                new Location(0, 0), new Location(0, 1), new Location(0, 2), new Location(0, 3),
                new Location(1, 0), new Location(1, 1), new Location(1, 2));
        assertThat(objects).extracting(SourceObject::dueMicros)
                .containsExactly(0L, 0L, 33_000L, 66_000L, 1_000_000L, 1_000_000L, 1_033_000L);
        assertThat(objects).extracting(SourceObject::endOfGroup).containsExactly(false, false, false, true, false, false, true);
        assertThat(objects.get(4).payload(0)).isEqualTo(objects.get(0).payload(0));
    }

    @Test
    void aSubscriberPutsTheSameFileTogetherInBothModes() throws Exception {
        byte[] expected = MessageDigest.getInstance("SHA-256").digest(video.bytes());
        for (VideoSource source : List.of(VideoSource.fragments(video.input()), VideoSource.chunks(video.input(), 500))) {
            List<SourceObject> objects = drain(source);

            assertThat(source.sha256()).isEqualTo(expected);
            assertThat(receive(source.content(), objects, new Location(0, 0)).sha256()).isEqualTo(expected);
        }
    }

    @Test
    void aTrailerBelongsToTheLastGroup() throws Exception {
        video.trailer();
        VideoSource source = VideoSource.fragments(video.input());
        List<SourceObject> objects = drain(source);

        assertThat(objects.getLast().location()).isEqualTo(new Location(1, 3));
        assertThat(source.sha256()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(video.bytes()));
    }

    @Test
    void chunksFitAndTheirOrderOnTheWayDoesNotMatter() {
        VideoSource source = VideoSource.chunks(video.input(), 500);
        List<SourceObject> objects = drain(source);
        assertThat(objects).allSatisfy(object -> assertThat(object.payload(0)).hasSizeLessThanOrEqualTo(500));
        Collections.shuffle(objects, new Random(3));

        ContentOutput received = receive(source.content(), objects, new Location(0, 0));

        assertThat(received.sha256()).isEqualTo(source.sha256());
        assertThat(received.incomplete()).isEmpty();
    }

    @Test
    void fragmentsWithMissingChunksAreListedAndTheOthersAreKept() {
        VideoSource source = VideoSource.chunks(video.input(), 500);
        List<SourceObject> objects = drain(source);
        // One piece of fragment 1 in the middle, and all of fragment 2.
        objects.removeIf(object -> {
            FragmentChunk chunk = FragmentChunk.decode(object.payload(0));
            return chunk.fragment() == 1 && chunk.index() == 3 || chunk.fragment() == 2;
        });

        ContentOutput received = receive(source.content(), objects, new Location(0, 0));

        assertThat(received.incomplete()).containsExactly("fragment 1", "fragment 2");
        assertThat(received.sha256()).isNotEqualTo(source.sha256());
    }

    @Test
    void aLateSubscriberBeginsWithItsFirstGroup() {
        List<SourceObject> objects = drain(VideoSource.fragments(video.input()));
        ContentOutput late = receive(TrackContent.VIDEO_FRAGMENTS, objects.subList(4, 7), null);
        byte[] expected = sha256(objects.get(4).payload(0), objects.get(5).payload(0), objects.get(6).payload(0));

        assertThat(late.sha256()).isEqualTo(expected);
        assertThat(late.incomplete()).isEmpty();
    }

    @Test
    void sendTimesTravelAsAProperty() {
        SourceObject object = drain(VideoSource.fragments(video.input())).getFirst();
        long now = WallClock.micros();

        assertThat(MediaTimestamp.decode(object.properties(now))).isEqualTo(now);
        assertThat(MediaTimestamp.decode(new byte[0])).isEqualTo(-1);
    }

    @Test
    void everyTruncationIsASentenceOrACleanEnd() {
        int length = video.bytes().length;
        for (int cut = 0; cut < length; cut += 7) {
            VideoSource.AutoCloseableInput input = video.input(cut);
            try {
                drain(VideoSource.fragments(input));
            } catch (BenchException e) {
                assertThat(e).hasMessageContaining("ffmpeg");
            }
        }
    }

    @Test
    void whatIsNoMp4IsRefused() {
        assertThatThrownBy(() -> VideoSource.fragments(new TestMp4().input(0))).isInstanceOf(BenchException.class);
    }

    private static List<SourceObject> drain(ObjectSource source) {
        var objects = new ArrayList<SourceObject>();
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            objects.add(object);
        }
        return objects;
    }

    private static ContentOutput receive(TrackContent content, List<SourceObject> objects, @Nullable Location start) {
        ContentOutput output = ContentOutput.open(null);
        var ordered = new OrderedObjects(content, output, start);
        for (SourceObject object : objects) {
            ordered.add(object.location(), 128, object.payload(0));
            if (object.endOfGroup()) {
                ordered.groupEnds(object.location().group(), object.location().object());
            }
        }
        ordered.finish();
        return output;
    }

    private static byte[] sha256(byte[]... parts) {
        var sha256 = new Sha256();
        for (byte[] part : parts) {
            sha256.update(part);
        }
        return sha256.value();
    }
}
