// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.util.List;

/// One end of a veth pair.
///
/// @param interfaceName name of the interface in its namespace, at most 15 characters
/// @param addresses its IPv4 and IPv6 addresses with prefix length, such as `10.77.1.2/24` and `fd77:1::2/64`
public record VethEnd(String interfaceName, List<String> addresses) {
    /// Copies the list.
    public VethEnd {
        addresses = List.copyOf(addresses);
    }

    /// @param interfaceName name of the interface in its namespace
    /// @param addresses addresses with prefix length
    /// @return the end
    public static VethEnd of(String interfaceName, String... addresses) {
        return new VethEnd(interfaceName, List.of(addresses));
    }
}
