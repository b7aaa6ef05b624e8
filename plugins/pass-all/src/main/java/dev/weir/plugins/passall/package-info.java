// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `pass-all`.
@NullMarked
package dev.weir.plugins.passall;

import org.jspecify.annotations.NullMarked;
