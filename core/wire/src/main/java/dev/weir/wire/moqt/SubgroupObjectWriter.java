// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;

/// Writes the objects of one subgroup stream, behind its header. Object IDs must ascend. Not thread-safe.
public final class SubgroupObjectWriter {
    private final boolean withProperties;
    private long previousId = -1;

    /// @param header the stream's header
    public SubgroupObjectWriter(SubgroupHeader header) {
        this.withProperties = header.hasProperties();
    }

    /// Wire form of the next object.
    ///
    /// @param objectId larger than the one before
    /// @param properties key-value pairs in wire form; must be empty if the header says that objects have none
    /// @param payload content; if empty, the object has status 0
    public byte[] object(long objectId, byte[] properties, byte[] payload) {
        ByteArrayOutputStream out = begin(objectId, properties, payload.length);
        out.writeBytes(Vi64.encode(payload.length));
        if (payload.length == 0) {
            out.write(0);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /// Wire form of an object that has only a status.
    ///
    /// @param objectId larger than the one before
    /// @param status one of [ObjectStatus]
    public byte[] status(long objectId, byte[] properties, long status) {
        if (!ObjectStatus.isKnown(status)) {
            throw new IllegalArgumentException("there is no object status " + status);
        }
        ByteArrayOutputStream out = begin(objectId, properties, 0);
        out.write(0);
        out.writeBytes(Vi64.encode(status));
        return out.toByteArray();
    }

    private ByteArrayOutputStream begin(long objectId, byte[] properties, int size) {
        if (objectId <= previousId) {
            throw new IllegalArgumentException("object " + objectId + " does not follow " + previousId);
        }
        if (!withProperties && properties.length > 0) {
            throw new IllegalArgumentException("the subgroup header says that objects have no properties");
        }
        var out = new ByteArrayOutputStream(size + 24);
        out.writeBytes(Vi64.encode(objectId - previousId - 1));
        previousId = objectId;
        if (withProperties) {
            out.writeBytes(Wire.prefixed(properties));
        }
        return out;
    }
}
