// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Track Namespace and Track Name (draft-18 section 2.4.1). The name is bytes and may be empty; compared byte by byte.
public final class FullTrackName {
    private final TrackNamespace namespace;
    private final byte[] name;

    /// @throws MoqtException if both together have more than 4096 bytes
    public FullTrackName(TrackNamespace namespace, byte[] name) {
        if (namespace.byteLength() + name.length > TrackNamespace.MAX_BYTES) {
            throw MoqtException.violation("a full track name has more than 4096 bytes");
        }
        this.namespace = namespace;
        this.name = name.clone();
    }

    /// From text: namespace with slashes between its fields, and a name.
    public static FullTrackName of(String namespace, String name) {
        return new FullTrackName(TrackNamespace.parse(namespace), name.getBytes(StandardCharsets.UTF_8));
    }

    /// The namespace.
    public TrackNamespace namespace() {
        return namespace;
    }

    /// A copy of the name's bytes.
    public byte[] name() {
        return name.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FullTrackName n && namespace.equals(n.namespace) && Arrays.equals(name, n.name);
    }

    @Override
    public int hashCode() {
        return 31 * namespace.hashCode() + Arrays.hashCode(name);
    }

    @Override
    public String toString() {
        return namespace + "/" + new String(name, StandardCharsets.UTF_8);
    }
}
