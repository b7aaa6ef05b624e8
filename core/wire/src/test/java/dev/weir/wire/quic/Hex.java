// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.util.HexFormat;

/// Bytes as the RFCs print them.
final class Hex {
    private Hex() {}

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
