// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `vp8-descriptor`.
@NullMarked
package dev.weir.plugins.vp8descriptor;

import org.jspecify.annotations.NullMarked;
