// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

/// The version this build calls itself.
public final class AppVersion {
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
}
