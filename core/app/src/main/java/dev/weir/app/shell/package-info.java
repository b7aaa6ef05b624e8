// SPDX-License-Identifier: Apache-2.0

/// The commands, one class per command group, and the runner that executes the one named on the command line.
@NullMarked
package dev.weir.app.shell;

import org.jspecify.annotations.NullMarked;
