// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Track Namespace: 0 to 32 non-empty fields of bytes, 4096 bytes in all (draft-18 section 1.4.3). Compared byte by byte.
public final class TrackNamespace {
    /// Most fields.
    public static final int MAX_FIELDS = 32;
    /// Most bytes of namespace and track name together.
    public static final int MAX_BYTES = 4096;

    private final List<byte[]> fields;

    private TrackNamespace(List<byte[]> fields) {
        this.fields = fields;
    }

    /// From fields of bytes.
    ///
    /// @throws MoqtException if there are too many, or one is empty, or they are too long
    public static TrackNamespace of(List<byte[]> fields) {
        int bytes = 0;
        for (byte[] field : fields) {
            if (field.length == 0) {
                throw MoqtException.violation("a field of a track namespace is empty");
            }
            bytes += field.length;
        }
        if (fields.size() > MAX_FIELDS || bytes > MAX_BYTES) {
            throw MoqtException.violation("a track namespace has more than 32 fields or 4096 bytes");
        }
        return new TrackNamespace(fields.stream().map(byte[]::clone).toList());
    }

    /// From fields of text (UTF-8).
    public static TrackNamespace of(String... fields) {
        return of(Arrays.stream(fields)
                .map(f -> f.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    /// From text with the fields separated by slashes; empty text is no field.
    ///
    /// @throws MoqtException if a field is empty, as in `live//cam1` or `live/`, or there are too many
    public static TrackNamespace parse(String text) {
        return text.isEmpty() ? of(List.of()) : of(text.split("/", -1));
    }

    /// Copies of the fields.
    public List<byte[]> fields() {
        return fields.stream().map(byte[]::clone).toList();
    }

    int byteLength() {
        return fields.stream().mapToInt(f -> f.length).sum();
    }

    /// Whether every field of this one equals the field at the same place of `other`.
    public boolean isPrefixOf(TrackNamespace other) {
        if (fields.size() > other.fields.size()) {
            return false;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (!Arrays.equals(fields.get(i), other.fields.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrackNamespace n && fields.size() == n.fields.size() && isPrefixOf(n);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (byte[] field : fields) {
            hash = 31 * hash + Arrays.hashCode(field);
        }
        return hash;
    }

    @Override
    public String toString() {
        return fields.stream().map(f -> new String(f, StandardCharsets.UTF_8)).collect(Collectors.joining("/"));
    }
}
