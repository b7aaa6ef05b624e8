// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// The kinds of maps that the relay uses (`enum bpf_map_type`).
public enum MapType {
    /// BPF_MAP_TYPE_HASH.
    HASH(1),
    /// BPF_MAP_TYPE_ARRAY.
    ARRAY(2),
    /// BPF_MAP_TYPE_PERCPU_HASH.
    PER_CPU_HASH(5),
    /// BPF_MAP_TYPE_PERCPU_ARRAY.
    PER_CPU_ARRAY(6),
    /// BPF_MAP_TYPE_LRU_HASH.
    LRU_HASH(9),
    /// BPF_MAP_TYPE_LRU_PERCPU_HASH.
    LRU_PER_CPU_HASH(10),
    /// BPF_MAP_TYPE_RINGBUF.
    RING_BUFFER(27),
    /// Any other: has a name and a file descriptor here, and nothing more.
    OTHER(-1);

    private final int number;

    MapType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static MapType of(int number) {
        for (MapType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return OTHER;
    }

    boolean isPerCpu() {
        return this == PER_CPU_HASH || this == PER_CPU_ARRAY || this == LRU_PER_CPU_HASH;
    }

    boolean isArray() {
        return this == ARRAY || this == PER_CPU_ARRAY;
    }

    boolean isHash() {
        return this == HASH || this == PER_CPU_HASH || this == LRU_HASH || this == LRU_PER_CPU_HASH;
    }
}
