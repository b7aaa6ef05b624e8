// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import java.net.InetAddress;

/// Addresses with the same first bits, in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3).
///
/// @param address the first address
/// @param prefix number of bits that must be the same
record AddressRange(byte[] address, int prefix) {
    /// @param text `10.1.0.0/16`, `2001:db8::/32`, or a single address
    /// @throws PolicyException if it is neither
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            int prefix = slash < 0 ? bytes.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bytes.length * 8) {
                throw new IllegalArgumentException("prefix");
            }
            return new AddressRange(bytes, prefix);
        } catch (IllegalArgumentException e) {
            throw new PolicyException("'" + text
                    + "' is no range of addresses; write for example 10.1.0.0/16, 2001:db8::/32 or 192.0.2.7.");
        }
    }

    boolean contains(InetAddress candidate) {
        byte[] bytes = candidate.getAddress();
        if (bytes.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((bytes[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
