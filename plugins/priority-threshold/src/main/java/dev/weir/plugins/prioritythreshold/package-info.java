// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `priority-threshold`.
@NullMarked
package dev.weir.plugins.prioritythreshold;

import org.jspecify.annotations.NullMarked;
