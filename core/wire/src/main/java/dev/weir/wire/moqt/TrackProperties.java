// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Track properties, kept as the publisher wrote them: a relay passes them on unchanged (draft-18 section 2.5).
public final class TrackProperties {
    /// No properties.
    public static final TrackProperties EMPTY = new TrackProperties(new byte[0]);

    private static final long DEFAULT_PUBLISHER_PRIORITY = 0x0E;
    private static final int PRIORITY_IF_ABSENT = 128;

    private final byte[] bytes;
    private final int priority;

    private TrackProperties(byte[] bytes) {
        this.bytes = bytes;
        int found = PRIORITY_IF_ABSENT;
        for (SetupOption pair : KeyValuePairs.decode(ByteBuffer.wrap(bytes))) {
            if (pair.type() == DEFAULT_PUBLISHER_PRIORITY) {
                if (Long.compareUnsigned(pair.number(), 255) > 0) {
                    throw MoqtException.violation("DEFAULT_PUBLISHER_PRIORITY is above 255");
                }
                found = (int) pair.number();
            }
        }
        this.priority = found;
    }

    /// From their wire form.
    ///
    /// @throws MoqtException if they are no key-value pairs
    public static TrackProperties of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new TrackProperties(bytes.clone());
    }

    /// From pairs in ascending order of type.
    public static TrackProperties of(List<SetupOption> pairs) {
        var out = new ByteArrayOutputStream();
        KeyValuePairs.encode(pairs, out);
        return of(out.toByteArray());
    }

    /// Wire form.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// DEFAULT_PUBLISHER_PRIORITY, 0 to 255; 128 if absent.
    public int defaultPublisherPriority() {
        return priority;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrackProperties p && Arrays.equals(bytes, p.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "TrackProperties[" + HexFormat.of().formatHex(bytes) + "]";
    }
}
