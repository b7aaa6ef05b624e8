// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// Group ID and Object ID, both unsigned; ordered by group, then object (draft-18 section 1.4.2).
public record Location(long group, long object) implements Comparable<Location> {
    /// Spread over all bits: locations count up, and tables that probe neighbours (Map.copyOf) would take quadratic time.
    @Override
    public int hashCode() {
        return Long.hashCode((group * 31 + object) * 0x9E3779B97F4A7C15L);
    }

    @Override
    public int compareTo(Location other) {
        int byGroup = Long.compareUnsigned(group, other.group);
        return byGroup != 0 ? byGroup : Long.compareUnsigned(object, other.object);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(group) + "/" + Long.toUnsignedString(object);
    }
}
