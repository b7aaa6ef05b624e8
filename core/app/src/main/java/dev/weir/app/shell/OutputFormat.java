// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

/// How a command prints what it has to say.
enum OutputFormat {
    /// Aligned columns, for people.
    TABLE,
    /// JSON, for programs.
    JSON
}
