// SPDX-License-Identifier: Apache-2.0
/// What can be seen of a running relay: values taken at one moment, for the shell, the page and the metrics.
///
/// [dev.weir.engine.RelayViews] makes them. Times are nanoseconds and sizes bytes unless a name says otherwise; no key is in any
/// of them.
@NullMarked
package dev.weir.engine.view;

import org.jspecify.annotations.NullMarked;
