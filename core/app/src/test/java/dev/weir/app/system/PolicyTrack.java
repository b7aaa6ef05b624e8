// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A track, the policy that decides about it, and what is published on it.
///
/// @param name of policy and track
/// @param items in the order in which they are published
record PolicyTrack(String name, FanoutPolicy policy, DeliveryMode mode, List<Item> items) {
    static final String NAMESPACE = "policies";
    /// Of a connection that has room for everything.
    private static final long WINDOW = 1 << 20;

    /// One object; in STREAM mode a subgroup of its own.
    record Item(long group, long object, int priority, byte[] payload) {}

    /// Objects of a size that the kernel's copies have room for, and of which some packets fill a small token bucket.
    private static final int FILLER = 250;

    /// Three groups of eight: key frame, reference frames, droppable ones, by priority.
    static List<Item> layered() {
        var items = new ArrayList<Item>();
        for (long group = 0; group < 3; group++) {
            for (long object = 0; object < 8; object++) {
                items.add(new Item(group, object, object == 0 ? 64 : object % 2 == 0 ? 128 : 192, new byte[FILLER]));
            }
        }
        return items;
    }

    /// Objects whose payloads begin as given, in turn.
    static List<Item> withPayloads(byte[]... beginnings) {
        var items = new ArrayList<Item>();
        for (Item item : layered()) {
            byte[] payload = new byte[FILLER];
            byte[] beginning = beginnings[items.size() % beginnings.length];
            System.arraycopy(beginning, 0, payload, 0, beginning.length);
            items.add(new Item(item.group, item.object, item.priority, payload));
        }
        return items;
    }

    FullTrackName track() {
        return FullTrackName.of(NAMESPACE, name);
    }

    boolean isStream() {
        return mode == DeliveryMode.STREAM;
    }

    /// What carries an item: the bytes of a DATAGRAM, or of a stream.
    byte[] bytes(Item item, long alias) {
        if (!isStream()) {
            return new ObjectDatagram(alias, item.group, item.object, item.priority, new byte[0], false, null, item.payload)
                    .encode();
        }
        var header =
                SubgroupHeader.of(alias, item.group, SubgroupMode.EXPLICIT, item.object, item.priority, false, false, false);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        out.writeBytes(new SubgroupObjectWriter(header).object(item.object, new byte[0], item.payload));
        return out.toByteArray();
    }

    /// What the policy's hooks say of the items, one after the other, to a subscriber that has room for everything.
    List<Verdict> verdicts(long alias) {
        LaneState state = LaneState.fresh();
        var result = new ArrayList<Verdict>();
        for (Item item : items) {
            FanoutObject object = look(item, isStream() ? 0 : bytes(item, alias).length);
            var lane = new LaneView(2, LaneView.DEFAULT_CLASS, 128, WINDOW, 0, 0, 0, 0, 0, 0);
            Verdict verdict = policy.filter().decide(object, lane, state);
            if (!(verdict instanceof Verdict.Drop)) {
                state.forwarded(object.index().index());
            }
            result.add(verdict);
        }
        return result;
    }

    private FanoutObject look(Item item, int size) {
        var media = new MediaObject(
                track().toString(), item.group, isStream() ? item.object : 0, item.object, item.priority, mode, size, 1);
        ByteBuffer payload = ByteBuffer.wrap(item.payload, 0, Math.min(item.payload.length, FrameParser.VISIBLE_BYTES));
        FrameContent content = policy.frames().parse(media, payload.slice().asReadOnlyBuffer());
        ObjectIndex index = policy.indexer().index(media, content);
        return new FanoutObject(media, content, index, policy.priorities().assign(media, content, index));
    }
}
