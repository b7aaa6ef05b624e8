// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Finds the objects on a subgroup stream, behind its header (draft-18 section 10.4.2): ID delta, properties, payload length,
/// status or payload. Takes bytes as they come.
///
/// A relay only looks for boundaries and gets an entry as soon as an object's header is complete; a subscriber keeps
/// payloads and gets it when the payload is complete. Not thread-safe.
public final class SubgroupObjectReader {
    /// One object.
    ///
    /// @param objectId its ID
    /// @param start stream offset of its first byte
    /// @param afterId stream offset of the byte behind its ID delta
    /// @param end stream offset of the byte behind it
    /// @param properties key-value pairs in wire form, empty if there are none
    /// @param status object status; null if it has a payload
    /// @param payload its payload; empty if payloads are not kept
    public record Entry(
            long objectId,
            long start,
            long afterId,
            long end,
            byte[] properties,
            @Nullable Long status,
            byte[] payload) {}

    private final boolean properties;
    private final boolean keepPayload;
    private ByteBuffer unread = ByteBuffer.allocate(0);
    private long offset;
    private long previousId = -1;
    private long skip;
    private @Nullable Entry pending;
    private byte[] payload = new byte[0];
    private int payloadFilled;

    /// For a relay: payloads are skipped.
    public SubgroupObjectReader(SubgroupHeader header) {
        this(header, false);
    }

    /// @param keepPayload whether entries carry their payload
    public SubgroupObjectReader(SubgroupHeader header, boolean keepPayload) {
        this.properties = header.hasProperties();
        this.keepPayload = keepPayload;
        this.offset = header.length();
    }

    /// Adds the next bytes of the stream; the header's are not among them.
    public void feed(byte[] bytes, int from, int length) {
        ByteBuffer joined = ByteBuffer.allocate(unread.remaining() + length);
        joined.put(unread).put(bytes, from, length).flip();
        unread = joined;
    }

    /// The next object; null if more bytes are needed.
    ///
    /// @throws MoqtException if the bytes are no objects
    public @Nullable Entry next() {
        takePayload();
        if (pending != null) {
            return finished();
        }
        if (skip > 0) {
            return null;
        }
        int start = unread.position();
        Entry entry = header();
        if (entry == null) {
            unread.position(start);
            return null;
        }
        offset += unread.position() - start;
        previousId = entry.objectId();
        skip = entry.end() - offset;
        if (!keepPayload) {
            takePayload();
            return entry;
        }
        pending = entry;
        payload = new byte[(int) skip];
        payloadFilled = 0;
        takePayload();
        return finished();
    }

    /// Whether the bytes so far end with the end of an object.
    public boolean isAtBoundary() {
        return skip == 0 && pending == null && !unread.hasRemaining();
    }

    private @Nullable Entry finished() {
        Entry entry = pending;
        if (entry == null || skip > 0) {
            return null;
        }
        pending = null;
        return new Entry(
                entry.objectId(), entry.start(), entry.afterId(), entry.end(), entry.properties(), entry.status(), payload);
    }

    private void takePayload() {
        int count = (int) Math.min(skip, unread.remaining());
        if (keepPayload && count > 0) {
            unread.get(payload, payloadFilled, count);
            payloadFilled += count;
        } else {
            unread.position(unread.position() + count);
        }
        skip -= count;
        offset += count;
    }

    private @Nullable Entry header() {
        int begin = unread.position();
        if (!Vi64.isComplete(unread)) {
            return null;
        }
        long id = previousId + 1 + Vi64.decode(unread);
        long afterId = offset + unread.position() - begin;
        byte[] pairs = {};
        if (properties) {
            if (!Vi64.isComplete(unread)) {
                return null;
            }
            long length = Vi64.decode(unread);
            checkLength(length);
            if (length > unread.remaining()) {
                return null;
            }
            pairs = new byte[(int) length];
            unread.get(pairs);
        }
        if (!Vi64.isComplete(unread)) {
            return null;
        }
        long length = Vi64.decode(unread);
        checkLength(length);
        Long status = null;
        if (length == 0) {
            if (!Vi64.isComplete(unread)) {
                return null;
            }
            status = Vi64.decode(unread);
            if (status != 0 && status != 3 && status != 4) {
                throw MoqtException.violation("unknown object status " + status);
            }
        }
        long end = offset + (unread.position() - begin) + length;
        return new Entry(id, offset, afterId, end, pairs, status, new byte[0]);
    }

    private static void checkLength(long length) {
        if (length < 0 || length > Integer.MAX_VALUE - 16) {
            throw MoqtException.violation("an object of " + Long.toUnsignedString(length) + " bytes is too large");
        }
    }
}
