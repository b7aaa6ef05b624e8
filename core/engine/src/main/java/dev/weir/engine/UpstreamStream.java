// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FrameParser;
import dev.weir.spi.MediaObject;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectReader;
import dev.weir.wire.moqt.Vi64;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One subgroup stream of a publisher: its bytes as far as they arrived in order, and where its objects begin. It is the
/// object cache of STREAM mode: retransmissions, deferred frames and late subscribers are all served from it.
///
/// Guarded by the engine's lock.
final class UpstreamStream {
    /// Room for what most packets bring.
    private static final int SMALLEST = 4096;

    final Session publisher;
    final long id;
    /// Own framing: the stream has neither header nor objects, and is one object to policies.
    private final boolean isOwn;
    @Nullable Track track;
    private @Nullable SubgroupHeader header;
    private @Nullable SubgroupObjectReader reader;
    private byte[] bytes = {};
    private int length;
    private long finalSize = -1;
    private @Nullable PolicyView view;
    private boolean reset;
    /// Object IDs, and for each the publisher offset of its first byte and of the byte after its ID.
    private long[] objects = new long[24];
    private int objectCount;
    /// The kernel has its own entry for this stream.
    boolean knownToKernel;
    final long createdNanos;
    long lastChangeNanos;
    private boolean over;
    private boolean letGo;
    private long arrivedNanos;
    /// Where the first object's payload begins, and how long it will be; -1 until its header has come.
    private int payloadStart = -1;
    private long payloadLength;

    UpstreamStream(Session publisher, long id, boolean isOwn, long nowNanos) {
        createdNanos = nowNanos;
        lastChangeNanos = nowNanos;
        this.publisher = publisher;
        this.id = id;
        this.isOwn = isOwn;
    }

    /// Appends in-order bytes.
    ///
    /// @throws dev.weir.wire.moqt.MoqtException if they are no subgroup stream
    void append(byte[] data, int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, Math.max(SMALLEST, bytes.length * 2)));
        }
        System.arraycopy(data, 0, bytes, length, count);
        length += count;
        if (isOwn) {
            return;
        }
        if (header == null) {
            parseHeader();
        } else {
            parseObjects(data, count);
        }
    }

    private void parseHeader() {
        header = SubgroupHeader.decode(ByteBuffer.wrap(bytes, 0, length));
        if (header != null) {
            reader = new SubgroupObjectReader(header);
            int at = header.length();
            parseObjects(Arrays.copyOfRange(bytes, at, length), length - at);
        }
    }

    private void parseObjects(byte[] data, int count) {
        SubgroupObjectReader objectReader = reader;
        if (objectReader == null) {
            return;
        }
        objectReader.feed(data, 0, count);
        SubgroupObjectReader.Entry entry;
        while ((entry = objectReader.next()) != null) {
            if (3 * objectCount == objects.length) {
                objects = Arrays.copyOf(objects, objects.length * 2);
            }
            objects[3 * objectCount] = entry.objectId();
            objects[3 * objectCount + 1] = entry.start();
            objects[3 * objectCount + 2] = entry.afterId();
            if (objectCount++ == 0) {
                findPayload(entry);
            }
            if (track != null) {
                track.saw(group(), entry.objectId());
            }
        }
    }

    private void findPayload(SubgroupObjectReader.Entry first) {
        int afterId = (int) first.afterId();
        ByteBuffer in = ByteBuffer.wrap(bytes, afterId, length - afterId).slice();
        if (requireHeader().hasProperties()) {
            int properties = Math.toIntExact(Vi64.decode(in)); // moves the position
            in.position(in.position() + properties);
        }
        payloadLength = Vi64.decode(in);
        payloadStart = afterId + in.position();
    }

    /// Bytes have come.
    void arrived(long nowNanos) {
        lastChangeNanos = nowNanos;
        if (arrivedNanos == 0) {
            arrivedNanos = nowNanos;
        }
    }

    /// The stream's first object as policies see it; null as long as they would see more of it later. Of a stream with own
    /// framing nobody knows how much is to come: they see what came first, as in the kernel.
    @Nullable PolicyView view(Relay relay) {
        if (view != null) {
            return view;
        }
        Track known = track;
        boolean over = finalSize >= 0;
        boolean visible = isOwn
                ? length > 0
                : payloadStart >= 0 && length - payloadStart >= Math.min(payloadLength, FrameParser.VISIBLE_BYTES);
        if (known == null || !hasHeader() || !visible && !over) {
            return null;
        }
        var media = new MediaObject(
                known.name.toString(),
                group(),
                subgroup(),
                objectCount == 0 ? 0 : objects[0],
                priority(),
                DeliveryMode.STREAM,
                0,
                arrivedNanos);
        int from = isOwn ? 0 : payloadStart < 0 ? length : payloadStart;
        int available = isOwn ? length : (int) Math.min(payloadLength, length - from);
        // A copy: the view outlives the bytes, which the cache counts and gives up.
        byte[] seen = Arrays.copyOfRange(bytes, from, from + Math.min(available, FrameParser.VISIBLE_BYTES));
        view = new PolicyView(relay, media, ByteBuffer.wrap(seen));
        return view;
    }

    /// Tells the track of all objects so far, once the alias is known.
    void attach(Track newTrack) {
        track = newTrack;
        view = null;
        for (int i = 0; i < objectCount; i++) {
            newTrack.saw(group(), objects[3 * i]);
        }
    }

    Track requireTrack() {
        if (track == null) {
            throw new IllegalStateException("the track of stream " + id + " is not known");
        }
        return track;
    }

    /// Whether an object has begun.
    boolean hasObjects() {
        return objectCount > 0;
    }

    /// Location of its first object.
    Location firstLocation() {
        return new Location(group(), objects[0]);
    }

    /// Whether its track and group are known.
    boolean hasHeader() {
        return isOwn || header != null;
    }

    long alias() {
        return isOwn ? 0 : requireHeader().alias();
    }

    /// Group ID; 0 until the header has arrived. Own framing: its place among the publisher's streams.
    long group() {
        if (isOwn) {
            return id >>> 2;
        }
        return header == null ? 0 : header.group();
    }

    /// Subgroup ID; 0 until it is known.
    long subgroup() {
        SubgroupHeader h = header;
        if (h == null) {
            return 0;
        }
        return h.subgroupMode() == SubgroupHeader.SubgroupMode.FIRST_OBJECT
                ? objectCount == 0 ? 0 : objects[0]
                : h.subgroup();
    }

    int priority() {
        Integer own = header == null ? null : header.priority();
        return own != null ? own : track == null ? 128 : track.defaultPriority;
    }

    private SubgroupHeader requireHeader() {
        if (header == null) {
            throw new IllegalStateException("subgroup header of stream " + id + " has not arrived");
        }
        return header;
    }

    /// Puts `alias` over the publisher's alias in the header, which has as many bytes.
    void overwriteAlias(byte[] alias) {
        System.arraycopy(alias, 0, bytes, requireHeader().aliasOffset(), alias.length);
    }

    /// Whether the bytes so far end inside the header or an object, where a publisher must not end its stream.
    boolean isIncomplete() {
        return !isOwn && (reader == null || !reader.isAtBoundary());
    }

    void end() {
        over = true;
        if (finalSize < 0) {
            finalSize = length;
        }
    }

    /// The publisher has reset it.
    void reset() {
        over = true;
        reset = true;
    }

    /// The publisher has ended or reset it.
    boolean isOver() {
        return over;
    }

    /// Frees the bytes; nobody gets any more of it.
    void letGo() {
        letGo = true;
        reset = true;
        bytes = new byte[0];
        length = 0;
    }

    /// Whether its bytes were freed.
    boolean isLetGo() {
        return letGo;
    }

    /// Whether nobody gets any more of it: the publisher has reset it, or it was let go.
    boolean isReset() {
        return reset;
    }

    int length() {
        return length;
    }

    /// Bytes of memory it holds.
    int footprint() {
        return bytes.length;
    }

    /// Stream length, or -1 before the publisher ended it.
    long finalSize() {
        return finalSize;
    }

    void copy(long offset, byte[] into, int at, int count) {
        System.arraycopy(bytes, (int) offset, into, at, count);
    }

    /// What a subscriber gets that starts inside this subgroup: a new header without FIRST_OBJECT and the absolute ID of the
    /// first object it wants; the publisher's bytes follow from `resumeAt` on.
    ///
    /// @param prefix the new bytes
    /// @param resumeAt publisher offset of the first byte after them
    record MidStart(byte[] prefix, long resumeAt) {}

    /// Where a subscription that starts at `start` enters this stream; null as long as no such object has arrived.
    @Nullable MidStart enterAt(Location start) {
        for (int i = 0; i < objectCount; i++) {
            long object = objects[3 * i];
            if (start.compareTo(new Location(group(), object)) <= 0) {
                SubgroupHeader rewritten = requireHeader().startingAt(subgroup());
                byte[] head = rewritten.encode();
                // The alias subscribers see is the one in the cached bytes, which may have been overwritten.
                System.arraycopy(
                        bytes, requireHeader().aliasOffset(), head, rewritten.aliasOffset(), rewritten.aliasLength());
                byte[] objectId = Vi64.encode(object);
                byte[] prefix = Arrays.copyOf(head, head.length + objectId.length);
                System.arraycopy(objectId, 0, prefix, head.length, objectId.length);
                return new MidStart(prefix, objects[3 * i + 2]);
            }
        }
        return null;
    }

    /// Whether the first object of the stream is one that `subscription` wants, so that it gets the stream whole.
    boolean isWantedWhole(Subscription subscription) {
        return Long.compareUnsigned(group(), subscription.start.group()) > 0
                || group() == subscription.start.group() && subscription.start.object() == 0
                || objectCount > 0 && subscription.wants(group(), objects[0]);
    }
}
