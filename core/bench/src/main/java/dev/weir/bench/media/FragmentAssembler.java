// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import java.io.ByteArrayOutputStream;

/// Puts [FragmentChunk]s, which come in order, together to fragments. A fragment with a missing piece is left out and listed.
/// Not thread-safe.
final class FragmentAssembler implements ContentReceiver {
    private final ContentOutput output;
    private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    private long current = -1;
    private int expectedPiece;
    private int count;
    private long lastWritten = -1;
    private boolean initialized;

    FragmentAssembler(ContentOutput output) {
        this.output = output;
    }

    @Override
    public void object(Location location, byte[] payload) {
        FragmentChunk chunk = FragmentChunk.decode(payload);
        if (chunk.fragment() != current || chunk.index() == 0) {
            abandon();
            current = chunk.fragment();
            expectedPiece = 0;
            count = chunk.count();
        }
        if (chunk.index() != expectedPiece || chunk.count() != count) {
            expectedPiece = -1;
            return;
        }
        pieces.writeBytes(chunk.bytes());
        expectedPiece++;
        if (expectedPiece == count) {
            complete();
        }
    }

    private void complete() {
        if (current != 0 || !initialized) {
            noteMissing();
            output.write(pieces.toByteArray());
        }
        initialized |= current == 0;
        pieces.reset();
        current = -1;
    }

    /// Fragments of which nothing came at all.
    private void noteMissing() {
        if (current > 0) {
            for (long missing = lastWritten + 1; lastWritten >= 0 && missing < current; missing++) {
                output.incomplete("fragment " + missing);
            }
            lastWritten = current;
        }
    }

    private void abandon() {
        if (current > 0 || current == 0 && !initialized) {
            if (current > 0) {
                noteMissing();
            }
            output.incomplete("fragment " + current);
        }
        pieces.reset();
        current = -1;
    }

    @Override
    public void gap() {
        if (current >= 0) {
            expectedPiece = -1;
        }
    }

    @Override
    public void finish() {
        abandon();
    }
}
