// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that a run makes and must take away again, also when it ends by Ctrl-C: a temporary folder, processes,
/// namespaces, connections. Safe for use by several threads.
final class Workspace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workspace.class);

    private @Nullable Path folder;
    private boolean cleanedUp;
    private final Deque<AutoCloseable> kept = new ArrayDeque<>();
    private final Thread shutdownHook = Thread.ofPlatform().name("clean-up").unstarted(this::cleanUp);

    Workspace() {
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /// A temporary folder that goes with this.
    synchronized Path folder() {
        if (folder == null) {
            try {
                folder = Files.createTempDirectory("weir-bench");
            } catch (IOException e) {
                throw new BenchException("Cannot make a temporary folder (" + e.getMessage() + "); make room there.", e);
            }
        }
        return folder;
    }

    /// Notes that something is to be closed; the last one first.
    ///
    /// @throws BenchException if everything was closed already, as Ctrl-C does while a run is still making things; this one is then, too
    <T extends AutoCloseable> T keep(T resource) {
        synchronized (this) {
            if (!cleanedUp) {
                kept.push(resource);
                return resource;
            }
        }
        closeOrLog(resource);
        throw new BenchException("The run was interrupted while it began; start it again.");
    }

    /// Closes something now rather than at the end.
    void release(AutoCloseable resource) {
        synchronized (this) {
            kept.remove(resource);
        }
        closeOrLog(resource);
    }

    /// Closes everything of a kind now.
    void releaseAll(Class<? extends AutoCloseable> kind) {
        List<AutoCloseable> found;
        synchronized (this) {
            found = kept.stream().filter(kind::isInstance).toList();
            kept.removeAll(found);
        }
        found.forEach(Workspace::closeOrLog);
    }

    @Override
    public void close() {
        cleanUp();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            LOG.atTrace().log("The JVM is shutting down: the hook finds nothing left to do");
        }
    }

    private void cleanUp() {
        synchronized (this) {
            cleanedUp = true;
        }
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            closeOrLog(resource);
        }
        deleteFolder();
    }

    private synchronized @Nullable AutoCloseable next() {
        return kept.poll();
    }

    private static void closeOrLog(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // One thing that cannot be taken away must not keep the others.
            LOG.atWarn().addKeyValue("resource", resource).setCause(e).log("Not cleaned up");
        }
    }

    private synchronized void deleteFolder() {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            LOG.atWarn().addKeyValue("folder", folder).setCause(e).log("Temporary folder not deleted");
        }
    }
}
