// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `congestion-priority`.
@NullMarked
package dev.weir.plugins.congestionpriority;

import org.jspecify.annotations.NullMarked;
