// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a subscriber has put together: its SHA-256, what is missing, and a file if one is wanted. Not thread-safe.
public final class ContentOutput implements AutoCloseable {
    private static final int LISTED = 20;

    private final @Nullable OutputStream file;
    private final Sha256 sha256 = new Sha256();
    private final List<String> incomplete = new ArrayList<>();
    private long incompleteCount;

    private ContentOutput(@Nullable OutputStream file) {
        this.file = file;
    }

    /// @param file where to write the content; null: nowhere
    /// @throws BenchException if it cannot be written
    public static ContentOutput open(@Nullable Path file) {
        try {
            return new ContentOutput(file == null ? null : new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        } catch (IOException e) {
            throw new BenchException("Cannot write to " + file + " (" + e + "); name a file in a folder that you may write to.", e);
        }
    }

    void write(byte[] bytes) {
        sha256.update(bytes);
        if (file != null) {
            try {
                file.write(bytes);
            } catch (IOException e) {
                throw new BenchException("Cannot write what was received (" + e.getMessage() + "); make room on the disk.", e);
            }
        }
    }

    void incomplete(String what) {
        incompleteCount++;
        if (incomplete.size() < LISTED) {
            incomplete.add(what);
        }
    }

    /// @return SHA-256 of everything so far
    public byte[] sha256() {
        return sha256.value();
    }

    /// @return what could not be put together, the first ones
    public List<String> incomplete() {
        return List.copyOf(incomplete);
    }

    /// @return how often something could not be put together
    public long incompleteCount() {
        return incompleteCount;
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new BenchException("Cannot write the last of what was received (" + e.getMessage() + "); make room on the disk.", e);
        }
    }
}
