// SPDX-License-Identifier: Apache-2.0

/// A running relay's figures for Prometheus, read when they are asked for and not more often.
@NullMarked
package dev.weir.app.metrics;

import org.jspecify.annotations.NullMarked;
