// SPDX-License-Identifier: Apache-2.0

/// What `serve` needs around the relay: its address, its certificate, its statistics file, its orderly end.
@NullMarked
package dev.weir.app.relay;

import org.jspecify.annotations.NullMarked;
