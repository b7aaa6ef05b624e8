// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import java.util.Map;

/// Has a relay process audit itself (`stats audit`).
public interface RelayBooks {
    /// What an audit says.
    ///
    /// @param imbalances what is unaccounted for, by connection and sum; empty if the books balance
    /// @param dropped DATAGRAM objects that the relay kept from a subscriber, by the subscriber's address and port; policies' drops and
    ///     full queues alike
    /// @param datagrams what became of a subscriber's DATAGRAM objects, in the audit's words, by the same
    record Audit(Map<String, Long> imbalances, Map<String, Long> dropped, Map<String, String> datagrams) {}

    /// @param controlSocket of the relay
    /// @return what its books say now
    Audit audit(Path controlSocket);
}
