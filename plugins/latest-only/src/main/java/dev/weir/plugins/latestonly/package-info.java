// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `latest-only`.
@NullMarked
package dev.weir.plugins.latestonly;

import org.jspecify.annotations.NullMarked;
