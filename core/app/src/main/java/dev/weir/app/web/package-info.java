// SPDX-License-Identifier: Apache-2.0

/// The HTTP side of `serve`: health, metrics, and the page that shows a running relay and steers its policies.
@NullMarked
package dev.weir.app.web;

import org.jspecify.annotations.NullMarked;
