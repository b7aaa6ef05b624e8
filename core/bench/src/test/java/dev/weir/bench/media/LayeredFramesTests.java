// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.MoqtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayeredFramesTests {
    private static final int PAYLOAD = 300;

    private final ContentOutput output = ContentOutput.open(null);

    @ParameterizedTest
    @EnumSource
    void objectsSayWhereTheyBelong(VideoCodec codec) {
        List<SourceObject> objects = TestVideo.drain(TestVideo.source(codec, Integer.MAX_VALUE));

        assertThat(objects).extracting(SourceObject::layer).isEqualTo(TestVideo.layers(codec));
        assertThat(objects).extracting(SourceObject::location).containsExactly(
                at(0, 0), at(0, 1), at(0, 2), at(0, 3), at(0, 4), at(0, 5), at(1, 0), at(1, 1), at(1, 2), at(1, 3), at(1, 4), at(1, 5));
        assertThat(objects).filteredOn(SourceObject::endOfGroup).extracting(SourceObject::location).containsExactly(at(0, 5), at(1, 5));
        assertThat(objects).filteredOn(SourceObject::endOfSubgroup).extracting(SourceObject::location)
                .containsExactly(at(0, 0), at(0, 5), at(1, 0), at(1, 5));
        assertThat(objects).extracting(SourceObject::dueMicros).isSorted().startsWith(0L, 33_333L).endsWith(366_666L);
    }

    @Test
    void whatIsPublishedIsCounted() {
        LayeredSource source = TestVideo.source(VideoCodec.H264, PAYLOAD);
        TestVideo.drain(source);

        assertThat(source.frames()).isEqualTo(Map.of(FrameLayer.KEY, 2L, FrameLayer.REFERENCE, 4L, FrameLayer.DROPPABLE, 6L));
        assertThat(source.framesByGroup()).isEqualTo(Map.of(0L, 6L, 1L, 6L));
    }

    @ParameterizedTest
    @EnumSource
    void allLayersAreThePublishedFileInWhateverOrderTheyCome(VideoCodec codec) {
        for (int payload : new int[] {Integer.MAX_VALUE, PAYLOAD}) {
            LayeredSource source = TestVideo.source(codec, payload);
            List<SourceObject> objects = TestVideo.drain(source);
            assertThat(objects).allSatisfy(object -> assertThat(object.payload(0)).hasSizeLessThanOrEqualTo(payload));
            Collections.shuffle(objects, new Random(payload));
            ContentOutput received = ContentOutput.open(null);

            FrameCounts counts = receive(codec, objects, received);

            assertThat(received.sha256()).isEqualTo(source.sha256());
            assertThat(counts.decodable()).isEqualTo(12);
            assertThat(counts.decodableFrom(1)).isEqualTo(6);
            assertThat(counts.missing()).containsExactly(0L, 0L, 0L);
            assertThat(counts.layers()).extracting(FrameCounts.Layer::frames).containsExactly(2L, 4L, 6L);
            assertThat(counts.layers()).extracting(FrameCounts.Layer::objects).isEqualTo(perLayer(objects));
        }
    }

    @Test
    void annexBIsTheEncodersOwnFile() {
        receive(VideoCodec.H264, TestVideo.drain(TestVideo.source(VideoCodec.H264, PAYLOAD)), output);

        assertThat(output.sha256()).isEqualTo(sha256(TestVideo.bytes(VideoCodec.H264)));
    }

    @Test
    void aLayerThatIsNotExpectedIsNotMissed() {
        FrameCounts two = receiveOnly(object -> object.layer() != FrameLayer.DROPPABLE);
        FrameCounts one = receiveOnly(object -> object.layer() == FrameLayer.KEY);

        assertThat(two.decodable()).isEqualTo(6);
        // The droppable frame behind the last reference frame is not known of.
        assertThat(two.missing()).containsExactly(0L, 0L, 5L);
        assertThat(one.decodable()).isEqualTo(2);
        assertThat(one.missing(1)).isZero();
        assertThat(one.missing(2)).isEqualTo(2);
    }

    @Test
    void layersThatComeWithoutBeingExpectedAreCounted() {
        FrameCounts all = receiveOnly(_ -> true);

        assertThat(all.unexpected(3)).isZero();
        assertThat(all.unexpected(2)).isEqualTo(all.layers().getLast().objects()).isPositive();
        assertThat(all.unexpected(1)).isGreaterThan(all.unexpected(2));
    }

    @Test
    void aFrameWithoutOneOfItsPiecesTakesWithItWhatNeedsIt() {
        // Of the second group, one piece of the key frame; of the first, the second reference frame.
        FrameCounts counts = receiveOnly(object -> {
            FrameChunk chunk = FrameChunk.decode(object.payload(0));
            return !(chunk.frame() == 6 && chunk.index() == 1) && chunk.frame() != 4;
        });

        assertThat(counts.missing()).containsExactly(1L, 2L, 2L);
        assertThat(counts.layers()).extracting(FrameCounts.Layer::frames).containsExactly(1L, 3L, 6L);
        assertThat(counts.layers()).extracting(FrameCounts.Layer::decodable).containsExactly(1L, 1L, 2L);
    }

    @Test
    void lossesAtTheEndOfAGroupShowInTheNextOne() {
        assertThat(receiveOnly(object -> object.location().group() != 0 || FrameChunk.decode(object.payload(0)).frame() < 4).missing())
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void aFirstGroupWithoutItsKeyFrameMissesIt() {
        assertThat(receiveOnly(object -> FrameChunk.decode(object.payload(0)).frame() > 0).missing()).containsExactly(1L, 1L, 1L);
    }

    @Test
    void whatComesWhenItsGroupIsClosedIsMissing() {
        var frames = new LayeredFrames(VideoCodec.H264, output);
        for (int group = 0; group < 10; group++) {
            frames.add(at(group, 0), FrameLayer.KEY.priority(), new FrameChunk(2 * group, group, 0, 1, new byte[] {1}).encode());
        }
        frames.add(at(0, 1), FrameLayer.DROPPABLE.priority(), new FrameChunk(1, 1, 0, 1, new byte[] {2}).encode());
        frames.add(at(5, 1), FrameLayer.DROPPABLE.priority(), new FrameChunk(11, 6, 0, 1, new byte[] {3}).encode());

        FrameCounts counts = frames.finish();

        assertThat(output.sha256()).isEqualTo(sha256(new byte[] {1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1}));
        assertThat(counts.layers()).extracting(FrameCounts.Layer::frames).containsExactly(10L, 0L, 1L);
        assertThat(counts.missing()).containsExactly(0L, 0L, 8L);
    }

    @Test
    void completeGroupsAreWrittenAtOnce() {
        List<SourceObject> objects = TestVideo.drain(TestVideo.source(VideoCodec.H264, Integer.MAX_VALUE));
        var frames = new LayeredFrames(VideoCodec.H264, output);

        objects.subList(0, 7).forEach(object -> frames.add(object.location(), priority(object), object.payload(0)));

        byte[] file = TestVideo.bytes(VideoCodec.H264);
        int second = file.length - objects.subList(6, 12).stream().mapToInt(LayeredFramesTests::frameSize).sum();
        assertThat(output.sha256()).isEqualTo(sha256(Arrays.copyOf(file, second)));
    }

    @Test
    void piecesThatContradictEachOtherAreRefused() {
        var frames = new LayeredFrames(VideoCodec.H264, output);
        frames.add(at(0, 0), 64, new FrameChunk(0, 0, 0, 3, new byte[1]).encode());

        assertThatThrownBy(() -> frames.add(at(0, 1), 64, new FrameChunk(0, 0, 1, 2, new byte[1]).encode())).isInstanceOf(MoqtException.class);
        assertThatThrownBy(() -> frames.add(at(0, 1), 64, new FrameChunk(0, 0, 0, 3, new byte[1]).encode())).isInstanceOf(MoqtException.class);
        assertThatThrownBy(() -> frames.add(at(0, 1), 192, new FrameChunk(0, 0, 1, 3, new byte[1]).encode())).isInstanceOf(MoqtException.class);
    }

    private FrameCounts receiveOnly(Predicate<SourceObject> arrives) {
        List<SourceObject> objects = TestVideo.drain(TestVideo.source(VideoCodec.H264, PAYLOAD));
        return receive(VideoCodec.H264, objects.stream().filter(arrives).toList(), output);
    }

    private static FrameCounts receive(VideoCodec codec, List<SourceObject> objects, ContentOutput output) {
        ContentAssembly assembly = ContentAssembly.of(codec.content(), output, null);
        objects.forEach(object -> assembly.add(object.location(), priority(object), object.payload(0)));
        return assembly.finish();
    }

    private static int priority(SourceObject object) {
        FrameLayer layer = object.layer();
        assertThat(layer).isNotNull();
        return layer.priority();
    }

    private static int frameSize(SourceObject object) {
        return FrameChunk.decode(object.payload(0)).bytes().length;
    }

    private static List<Long> perLayer(List<SourceObject> objects) {
        var counts = new ArrayList<Long>();
        for (FrameLayer layer : FrameLayer.values()) {
            counts.add(objects.stream().filter(object -> object.layer() == layer).count());
        }
        return counts;
    }

    private static Location at(long group, long object) {
        return new Location(group, object);
    }

    private static byte[] sha256(byte[] bytes) {
        var sha256 = new Sha256();
        sha256.update(bytes);
        return sha256.value();
    }
}
