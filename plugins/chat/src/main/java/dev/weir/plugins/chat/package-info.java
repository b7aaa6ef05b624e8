// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `chat`.
@NullMarked
package dev.weir.plugins.chat;

import org.jspecify.annotations.NullMarked;
