// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.util.Arrays;

/// One Key-Value-Pair (draft-18 section 1.4.4). An even type has an integer, an odd type has bytes.
///
/// @param type key, unsigned
/// @param number value of an even type, unsigned; 0 with an odd type
/// @param bytes value of an odd type, at most 65535 bytes; empty with an even type
public record SetupOption(long type, long number, byte[] bytes) {
    /// PATH, raw QUIC from the connecting side only.
    public static final long PATH = 0x01;
    /// AUTHORITY, raw QUIC from the connecting side only.
    public static final long AUTHORITY = 0x05;
    /// MOQT_IMPLEMENTATION.
    public static final long IMPLEMENTATION = 0x07;

    /// @throws IllegalArgumentException if the value is not of the kind that the type asks for
    public SetupOption {
        boolean odd = (type & 1) == 1;
        if (odd ? number != 0 : bytes.length > 0) {
            throw new IllegalArgumentException("the key " + Long.toUnsignedString(type) + " has "
                    + (odd ? "bytes, as it is odd" : "a number, as it is even"));
        }
    }

    /// With an odd type.
    public SetupOption(long type, byte[] bytes) {
        this(type, 0, bytes);
    }

    /// With an even type.
    public SetupOption(long type, long number) {
        this(type, number, new byte[0]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SetupOption o && type == o.type && number == o.number && Arrays.equals(bytes, o.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(type) + Long.hashCode(number) + Arrays.hashCode(bytes);
    }
}
