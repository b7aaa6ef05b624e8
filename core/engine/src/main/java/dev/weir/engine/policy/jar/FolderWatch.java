// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the jars of folders, without reading them. One counts once it has stayed the same between two looks, so that one
/// that is still being copied is waited for.
///
/// For one thread at a time.
final class FolderWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    /// What has changed since the last look.
    ///
    /// @param gone jars that were there
    /// @param settled jars that are new, or have other content
    record Changes(List<Path> gone, List<Path> settled) {}

    /// What a file looked like.
    private record Look(long size, long modified, @Nullable Object key) {}

    private final List<Path> folders;
    private final Map<Path, Look> seen = new LinkedHashMap<>();
    private final Map<Path, Look> told = new LinkedHashMap<>();

    FolderWatch(List<Path> folders) {
        this.folders = folders;
    }

    Changes look() {
        Map<Path, Look> now = files();
        List<Path> gone = told.keySet().stream().filter(file -> !now.containsKey(file)).toList();
        gone.forEach(told::remove);
        var settled = new ArrayList<Path>();
        now.forEach((file, look) -> {
            if (look.equals(seen.get(file)) && !look.equals(told.get(file))) {
                told.put(file, look);
                settled.add(file);
            }
        });
        seen.clear();
        seen.putAll(now);
        return new Changes(gone, settled);
    }

    /// Lets the next look tell of a file again, though it has not changed.
    void again(Path file) {
        told.put(file, new Look(-1, 0, null));
    }

    private Map<Path, Look> files() {
        var result = new TreeMap<Path, Look>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.getFileName().toString().endsWith(".jar")).forEach(file -> look(file, result));
            } catch (NoSuchFileException e) {
                LOG.atTrace().log("there is no folder {}", folder);
            } catch (IOException | UncheckedIOException e) {
                LOG.atDebug().setCause(e).log("a policy folder cannot be listed");
            }
        }
        return result;
    }

    private static void look(Path file, Map<Path, Look> into) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                into.put(file, new Look(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey()));
            }
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("a jar went away while it was looked at");
        }
    }
}
