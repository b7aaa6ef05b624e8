// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// A map as an object file declares it.
///
/// @param name as in C; data sections are maps too, `<object>.rodata` for instance
/// @param type kind of map
/// @param keySize bytes, 0 for a ring buffer
/// @param valueSize bytes of one value; a per-CPU map has one for each CPU
/// @param maxEntries number of entries; bytes for a ring buffer
/// @param flags BPF_F_* of `BPF_MAP_CREATE`
public record MapSpec(String name, MapType type, int keySize, int valueSize, int maxEntries, int flags) {
    private static final int BPF_F_MMAPABLE = 1 << 10;

    /// Whether a map declared so can stand in for another one: all is the same but the number of entries.
    boolean isSameKind(MapSpec other) {
        return type == other.type && keySize == other.keySize && valueSize == other.valueSize && flags == other.flags;
    }

    /// What [#isSameKind] compares, in words.
    String shape() {
        return type + " with keys of " + keySize + " and values of " + valueSize + " bytes, flags " + flags;
    }

    /// @return whether user space can map its memory
    public boolean isMappable() {
        return type == MapType.ARRAY && (flags & BPF_F_MMAPABLE) != 0;
    }
}
