// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// State that no kernel shares.
final class HeapLaneState implements LaneState {
    private final long[] words = new long[WORDS];
    private final long[] laneWords = new long[WORDS];
    private long lastIndex = NONE;
    private long dropUntil;

    @Override
    public long lastIndex() {
        return lastIndex;
    }

    @Override
    public void forwarded(long index) {
        if (Long.compareUnsigned(lastIndex + 1, index) <= 0) {
            lastIndex = index;
        }
    }

    @Override
    public long dropUntil() {
        return dropUntil;
    }

    @Override
    public void dropUntil(long index) {
        dropUntil = index;
    }

    @Override
    public long word(int index) {
        return words[index];
    }

    @Override
    public void word(int index, long value) {
        words[index] = value;
    }

    @Override
    public long laneWord(int index) {
        return laneWords[index];
    }

    @Override
    public void laneWord(int index, long value) {
        laneWords[index] = value;
    }
}
