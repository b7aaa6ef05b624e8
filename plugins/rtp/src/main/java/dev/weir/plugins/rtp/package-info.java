// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `rtp`.
@NullMarked
package dev.weir.plugins.rtp;

import org.jspecify.annotations.NullMarked;
