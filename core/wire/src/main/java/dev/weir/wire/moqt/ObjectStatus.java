// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// Object status, what an object without payload says (draft-18 section 10.2.1.1).
public final class ObjectStatus {
    /// The object exists and is empty.
    public static final long NORMAL = 0;
    /// No object of this ID or a higher one exists in the group.
    public static final long END_OF_GROUP = 3;
    /// No object at this location or behind it exists in the track.
    public static final long END_OF_TRACK = 4;

    private ObjectStatus() {}

    static boolean isKnown(long status) {
        return status == NORMAL || status == END_OF_GROUP || status == END_OF_TRACK;
    }
}
