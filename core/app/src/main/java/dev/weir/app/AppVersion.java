// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.util.Objects;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// The version this build calls itself, and what it was built from.
public final class AppVersion {
    private static final String UNKNOWN = "unknown";

    private AppVersion() {}

    /// @return a line such as `weir 0.1.0`
    public static String text() {
        return "weir " + number();
    }

    /// @return the version alone, such as `0.1.0`
    public static String number() {
        String version = AppVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(not built by Maven)" : version;
    }

    /// @return the commit of the sources, with `-dirty` if they were changed; `unknown` if they came without git
    public static String commit() {
        return manifest("Build-Commit");
    }

    /// @return the time of the sources, ISO 8601: builds of the same sources are the same, whenever they are made
    public static String time() {
        return manifest("Build-Time");
    }

    private static String manifest(String name) {
        try (InputStream in = jarManifest()) {
            String value = in == null ? null : new Manifest(in).getMainAttributes().getValue(name);
            return value == null ? UNKNOWN : value;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /// That of the very jar that this class is in; there are others on the class path.
    private static @Nullable InputStream jarManifest() throws IOException {
        URL here = Objects.requireNonNull(AppVersion.class.getResource("AppVersion.class"));
        if (!(here.openConnection() instanceof JarURLConnection jar)) {
            return null;
        }
        return URI.create("jar:" + jar.getJarFileURL() + "!/META-INF/MANIFEST.MF").toURL().openStream();
    }
}
