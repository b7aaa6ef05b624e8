// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// SUBGROUP_HEADER, the first bytes of a subgroup stream (draft-18 section 10.4.2).
///
/// @param type 0b0F1DEMMP: F first object, D priority of the track, E end of group, M [SubgroupMode], P properties
/// @param alias track alias
/// @param aliasOffset where the alias begins in the stream
/// @param aliasLength its encoded length, 1 to 9
/// @param group group ID
/// @param subgroup explicit subgroup ID; 0 in the other modes
/// @param priority publisher priority, 0 to 255; null: the track's default
/// @param length bytes of this header
public record SubgroupHeader(
        int type,
        long alias,
        int aliasOffset,
        int aliasLength,
        long group,
        long subgroup,
        @Nullable Integer priority,
        int length) {
    /// How the subgroup ID is given.
    public enum SubgroupMode {
        /// It is 0.
        ZERO,
        /// It is the ID of the first object on the stream.
        FIRST_OBJECT,
        /// It is in the header.
        EXPLICIT
    }

    private static final int FIRST_OBJECT = 0x40;
    private static final int DEFAULT_PRIORITY = 0x20;
    private static final int SUBGROUP = 0x10;
    private static final int END_OF_GROUP = 0x08;
    private static final int MODE = 0x06;
    private static final int PROPERTIES = 0x01;

    /// A header with the shortest encoding.
    ///
    /// @param firstObject the first object of the subgroup is on this stream
    /// @param endOfGroup the subgroup ends the group
    /// @param properties every object has properties
    /// @throws IllegalArgumentException if the priority is out of range, or there is a subgroup ID in a mode without one
    public static SubgroupHeader of(
            long alias,
            long group,
            SubgroupMode mode,
            long subgroup,
            @Nullable Integer priority,
            boolean firstObject,
            boolean endOfGroup,
            boolean properties) {
        if (priority != null && (priority < 0 || priority > 255)) {
            throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
        }
        if (mode != SubgroupMode.EXPLICIT && subgroup != 0) {
            throw new IllegalArgumentException("subgroup " + subgroup + " is to be said, but the mode is " + mode);
        }
        int type = SUBGROUP
                | (firstObject ? FIRST_OBJECT : 0)
                | (priority == null ? DEFAULT_PRIORITY : 0)
                | (endOfGroup ? END_OF_GROUP : 0)
                | mode.ordinal() << 1
                | (properties ? PROPERTIES : 0);
        return sized(type, alias, Vi64.size(alias), group, subgroup, priority);
    }

    private static SubgroupHeader sized(
            int type, long alias, int aliasLength, long group, long subgroup, @Nullable Integer priority) {
        boolean explicit = (type & MODE) == SubgroupMode.EXPLICIT.ordinal() << 1;
        int length = 1
                + aliasLength
                + Vi64.size(group)
                + (explicit ? Vi64.size(subgroup) : 0)
                + ((type & DEFAULT_PRIORITY) == 0 ? 1 : 0);
        return new SubgroupHeader(type, alias, 1, aliasLength, group, subgroup, priority, length);
    }

    /// Reads a header at the buffer's position; the position moves behind it.
    ///
    /// @return null if more bytes are needed; the position is unchanged then
    /// @throws MoqtException if the type is no subgroup's
    public static @Nullable SubgroupHeader decode(ByteBuffer in) {
        int start = in.position();
        if (!Vi64.isComplete(in)) {
            return null;
        }
        long type = Vi64.decode(in);
        if (type < 0 || type > 0x7f || (type & SUBGROUP) == 0 || (type & MODE) == MODE) {
            throw MoqtException.violation("illegal subgroup header type 0x" + Long.toHexString(type));
        }
        int aliasOffset = in.position() - start;
        boolean explicit = (type & MODE) == SubgroupMode.EXPLICIT.ordinal() << 1;
        boolean ownPriority = (type & DEFAULT_PRIORITY) == 0;
        long[] fields = new long[3];
        int aliasLength = 0;
        for (int i = 0; i < (explicit ? 3 : 2); i++) {
            if (!Vi64.isComplete(in)) {
                in.position(start);
                return null;
            }
            fields[i] = Vi64.decode(in);
            aliasLength = i == 0 ? in.position() - start - aliasOffset : aliasLength;
        }
        if (ownPriority && !in.hasRemaining()) {
            in.position(start);
            return null;
        }
        Integer priority = ownPriority ? in.get() & 0xff : null;
        return new SubgroupHeader(
                (int) type, fields[0], aliasOffset, aliasLength, fields[1], fields[2], priority, in.position() - start);
    }

    /// How the subgroup ID is given.
    public SubgroupMode subgroupMode() {
        return SubgroupMode.values()[(type & MODE) >> 1];
    }

    /// Whether every object has properties.
    public boolean hasProperties() {
        return (type & PROPERTIES) != 0;
    }

    /// Whether this subgroup ends its group.
    public boolean endOfGroup() {
        return (type & END_OF_GROUP) != 0;
    }

    /// Whether the stream begins with the first object of the subgroup.
    public boolean firstObject() {
        return (type & FIRST_OBJECT) != 0;
    }

    /// The header of a stream that begins inside the subgroup: FIRST_OBJECT is cleared, and the subgroup ID is explicit
    /// where it was the ID of the first object, which is not on this stream. The alias keeps its encoded length.
    ///
    /// @param subgroupId the subgroup's ID
    public SubgroupHeader startingAt(long subgroupId) {
        int newType = type & ~FIRST_OBJECT;
        long explicit = subgroup;
        if (subgroupMode() == SubgroupMode.FIRST_OBJECT) {
            newType = newType & ~MODE | SubgroupMode.EXPLICIT.ordinal() << 1;
            explicit = subgroupId;
        }
        return sized(newType, alias, aliasLength, group, explicit, priority);
    }

    /// Wire form: the alias with [#aliasLength] bytes, the other fields as short as they can be.
    public byte[] encode() {
        var out = new ByteArrayOutputStream(length);
        out.write(type);
        out.writeBytes(Vi64.encode(alias, aliasLength));
        out.writeBytes(Vi64.encode(group));
        if (subgroupMode() == SubgroupMode.EXPLICIT) {
            out.writeBytes(Vi64.encode(subgroup));
        }
        if (priority != null) {
            out.write(priority);
        }
        return out.toByteArray();
    }
}
