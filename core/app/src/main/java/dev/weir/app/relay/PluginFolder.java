// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the bundled policies' jars are: in the folder `plugins` beside the relay's own jar.
public final class PluginFolder {
    private static final String NAME = "plugins";

    private PluginFolder() {}

    /// @param wanted by the user; null: the one beside the relay's jar
    /// @return the folder, which may be missing
    public static Path of(@Nullable Path wanted) {
        if (wanted != null) {
            return wanted;
        }
        try {
            Path own = Path.of(PluginFolder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return own.resolveSibling(NAME);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The relay's own jar has no path; start it from a file.", e);
        }
    }
}
