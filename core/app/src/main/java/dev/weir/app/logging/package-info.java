// SPDX-License-Identifier: Apache-2.0

/// How the log is written.
@NullMarked
package dev.weir.app.logging;

import org.jspecify.annotations.NullMarked;
