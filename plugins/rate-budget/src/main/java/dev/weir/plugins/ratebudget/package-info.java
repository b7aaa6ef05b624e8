// SPDX-License-Identifier: Apache-2.0
/// The bundled policy `rate-budget`.
@NullMarked
package dev.weir.plugins.ratebudget;

import org.jspecify.annotations.NullMarked;
