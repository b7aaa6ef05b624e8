// SPDX-License-Identifier: Apache-2.0

/// Where objects come from and what they become again: video as fragmented MP4, and synthetic checksummed objects.
@NullMarked
package dev.weir.bench.media;

import org.jspecify.annotations.NullMarked;
