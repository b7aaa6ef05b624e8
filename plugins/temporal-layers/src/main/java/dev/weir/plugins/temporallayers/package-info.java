// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `temporal-layers`.
@NullMarked
package dev.weir.plugins.temporallayers;

import org.jspecify.annotations.NullMarked;
