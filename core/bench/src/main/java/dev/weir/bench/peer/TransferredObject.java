// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.Location;
import java.util.zip.CRC32C;

/// An object as it was sent or received.
///
/// @param location group and object ID
/// @param size payload, bytes
/// @param crc32c of the payload
public record TransferredObject(Location location, int size, int crc32c) {
    static TransferredObject of(Location location, byte[] payload) {
        var crc = new CRC32C();
        crc.update(payload);
        return new TransferredObject(location, payload.length, (int) crc.getValue());
    }
}
