// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.lang.foreign.MemorySegment;

/// Takes the records of a [RingBuffer].
@FunctionalInterface
public interface RecordHandler {
    /// Called once for each record, in the kernel's order, on the draining thread.
    ///
    /// @param content the record, read-only and 8-byte aligned; it is overwritten after the handler returns
    void handle(MemorySegment content);
}
