// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the objects on a subgroup stream, behind its header (draft-18 section 10.4.2): ID delta, properties, payload
/// length, status or payload. Takes bytes as they come.
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

    /// Longest properties of one object, bytes: a bound of this reader, as they are held until they are complete.
    private static final int MAX_PROPERTIES = 65535;
    private static final int MAX_PAYLOAD = Integer.MAX_VALUE - 16;

    private final boolean properties;
    private final boolean keepPayload;
    private ByteBuffer unread = ByteBuffer.allocate(0);
    private long offset;
    private boolean hasPrevious;
    private long previousId = -1;
    private long skip;
    private @Nullable Entry pending;
    /// Grows with what arrives: the length that a peer claims is no reason to hold memory.
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
        hasPrevious = true;
        previousId = entry.objectId();
        skip = entry.end() - offset;
        if (!keepPayload) {
            takePayload();
            return entry;
        }
        pending = entry;
        payload = new byte[0];
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
                entry.objectId(),
                entry.start(),
                entry.afterId(),
                entry.end(),
                entry.properties(),
                entry.status(),
                payload);
    }

    private void takePayload() {
        int count = (int) Math.min(skip, unread.remaining());
        if (keepPayload && count > 0) {
            int filled = payloadFilled + count;
            if (filled > payload.length) {
                long room = count == skip ? filled : Math.min(payloadFilled + skip, 2L * filled);
                payload = Arrays.copyOf(payload, (int) room);
            }
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
        if (hasPrevious && Long.compareUnsigned(id, previousId) <= 0) {
            throw MoqtException.violation("an object ID is above 2^64-1");
        }
        long afterId = offset + unread.position() - begin;
        byte[] pairs = {};
        if (properties) {
            if (!Vi64.isComplete(unread)) {
                return null;
            }
            long length = Vi64.decode(unread);
            checkLength(length, MAX_PROPERTIES);
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
        checkLength(length, MAX_PAYLOAD);
        Long status = null;
        if (length == 0) {
            if (!Vi64.isComplete(unread)) {
                return null;
            }
            status = Vi64.decode(unread);
            if (!ObjectStatus.isKnown(status)) {
                throw MoqtException.violation("unknown object status " + status);
            }
        }
        long end = offset + (unread.position() - begin) + length;
        return new Entry(id, offset, afterId, end, pairs, status, new byte[0]);
    }

    private static void checkLength(long length, int most) {
        if (Long.compareUnsigned(length, most) > 0) {
            throw new MoqtException(
                    SessionError.INTERNAL_ERROR,
                    "an object with " + Long.toUnsignedString(length) + " bytes of payload or properties is too large for "
                            + "this relay: it takes " + most);
        }
    }
}
