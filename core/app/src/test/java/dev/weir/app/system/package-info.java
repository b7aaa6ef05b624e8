// SPDX-License-Identifier: Apache-2.0

/// The whole system: the launcher's commands as processes, on namespaces, with peers that are not ours.
@NullMarked
package dev.weir.app.system;

import org.jspecify.annotations.NullMarked;
