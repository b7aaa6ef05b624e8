// SPDX-License-Identifier: Apache-2.0
/// The Kwik adapter: QUIC connections for the engine, by subclassing an unmodified Kwik 0.10.9 (DESIGN section 7). Private
/// fields are read and written in [dev.weir.quic.kwik.KwikInternals] only; the two classes under `tech.kwik` override
/// package-private methods and are ours.
@NullMarked
package dev.weir.quic.kwik;

import org.jspecify.annotations.NullMarked;
