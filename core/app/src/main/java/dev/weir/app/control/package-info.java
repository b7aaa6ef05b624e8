// SPDX-License-Identifier: Apache-2.0
/// Steering a relay that runs: a unix-domain socket on its side, and what commands say to it.
@NullMarked
package dev.weir.app.control;

import org.jspecify.annotations.NullMarked;
