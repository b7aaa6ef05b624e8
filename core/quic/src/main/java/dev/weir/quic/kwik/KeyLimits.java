// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.ChaCha20;

/// How much the keys of a connection may be used for (RFC 9001 section 6.6).
///
/// @param sealed packets that one key may seal
/// @param forged packets that all keys of a connection together may find not authentic
record KeyLimits(long sealed, long forged) {
    /// Beyond the largest packet number; the kernel, which seals with nothing else, need not count.
    private static final KeyLimits CHACHA20_POLY1305 = new KeyLimits(Long.MAX_VALUE, 1L << 36);
    private static final KeyLimits AES_GCM = new KeyLimits(1L << 23, 1L << 52);

    /// Those of a cipher, by the RFC.
    static KeyLimits of(BaseAeadImpl cipher) {
        return cipher instanceof ChaCha20 ? CHACHA20_POLY1305 : AES_GCM;
    }
}
