// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `keyframe-gate`.
@NullMarked
package dev.weir.plugins.keyframegate;

import org.jspecify.annotations.NullMarked;
