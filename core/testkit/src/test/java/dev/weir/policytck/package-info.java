// SPDX-License-Identifier: Apache-2.0

/// Tests of the conformance test itself: that it passes what conforms, and finds what does not.
@NullMarked
package dev.weir.policytck;

import org.jspecify.annotations.NullMarked;
