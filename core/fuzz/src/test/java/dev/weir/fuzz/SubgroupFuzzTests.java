// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Subgroup streams: the same objects whether payloads are kept or not, and however the bytes arrive.
class SubgroupFuzzTests {
    /// @param objects each as where it begins and ends and what it is
    /// @param error what the stream ended with; null: it goes on
    private record Objects(List<String> objects, List<Integer> payloads, @Nullable String error) {}

    @FuzzTest
    void objects(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        SubgroupHeader header = header(in);
        if (header == null) {
            return;
        }
        assertThat(in.position()).isEqualTo(header.length());
        assertThat(header.aliasOffset() + header.aliasLength()).isLessThan(header.length());
        assertWritable(header);
        assertWritable(header.startingAt(header.group()));
        int from = in.position();
        Objects skipped = read(header, stream, from, stream.length, false);
        Objects kept = read(header, stream, from, stream.length, true);
        assertThat(read(header, stream, from, from + (stream.length - from) / 2, false)).isEqualTo(skipped);
        assertThat(read(header, stream, from, from + (stream.length - from) / 2, true)).isEqualTo(kept);
        // Without payloads an object is known as soon as its header is complete, so that one more may be.
        assertThat(skipped.objects.size() - kept.objects.size()).isBetween(0, 1);
        assertThat(skipped.objects.subList(0, kept.objects.size())).isEqualTo(kept.objects);
    }

    private static @Nullable SubgroupHeader header(ByteBuffer in) {
        try {
            SubgroupHeader header = SubgroupHeader.decode(in);
            assertThat(header != null || in.position() == 0).as("the position stays where it was").isTrue();
            return header;
        } catch (MoqtException e) {
            return null;
        }
    }

    private static void assertWritable(SubgroupHeader header) {
        byte[] written = header.encode();
        SubgroupHeader again = SubgroupHeader.decode(ByteBuffer.wrap(written));
        assertThat(again).isNotNull();
        assertThat(again.length()).isEqualTo(written.length).isLessThanOrEqualTo(header.length());
        assertThat(again).isEqualTo(new SubgroupHeader(header.type(), header.alias(), again.aliasOffset(), header.aliasLength(), header.group(),
                header.subgroup(), header.priority(), written.length));
    }

    private static Objects read(SubgroupHeader header, byte[] stream, int from, int split, boolean keep) {
        var reader = new SubgroupObjectReader(header, keep);
        var objects = new ArrayList<String>();
        var payloads = new ArrayList<Integer>();
        try {
            for (int[] part : new int[][] {{from, split}, {split, stream.length}}) {
                reader.feed(stream, part[0], part[1] - part[0]);
                take(reader, objects, payloads);
            }
            return new Objects(objects, payloads, null);
        } catch (MoqtException e) {
            return new Objects(objects, payloads, e.error() + ": " + e.getMessage());
        }
    }

    private static void take(SubgroupObjectReader reader, List<String> objects, List<Integer> payloads) {
        SubgroupObjectReader.Entry entry;
        while ((entry = reader.next()) != null) {
            assertThat(entry.afterId()).isBetween(entry.start() + 1, entry.end());
            objects.add(entry.objectId() + " at " + entry.start() + " to " + entry.end() + " status " + entry.status() + " properties "
                    + entry.properties().length);
            payloads.add(entry.payload().length);
        }
    }
}
