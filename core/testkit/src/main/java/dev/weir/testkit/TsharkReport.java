// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.util.List;

/// What tshark, which nobody here wrote, says of a capture of QUIC packets.
///
/// @param datagrams UDP datagrams looked at
/// @param packets QUIC packets in them, without Retry and Version Negotiation, which are not encrypted
/// @param decrypted packets whose tag was right
/// @param undecrypted packets that could not be opened, whatever the reason
/// @param unopened the first captured frames with such packets, one sentence each
/// @param malformed datagrams in which a dissector ran over the end or found nonsense
/// @param duplicatePacketNumbers packets whose number was used before by the same sender in the same packet number space
/// @param badChecksums datagrams whose IPv4 header or UDP checksum is wrong (with checksum offload on, a sender's own
///     packets count here although nothing is wrong with them)
/// @param violations protocol violations and connection errors, one sentence each with the number of the captured frame
public record TsharkReport(
        int datagrams,
        int packets,
        int decrypted,
        int undecrypted,
        List<String> unopened,
        int malformed,
        int duplicatePacketNumbers,
        int badChecksums,
        List<String> violations) {
    /// Copies the lists.
    public TsharkReport {
        unopened = List.copyOf(unopened);
        violations = List.copyOf(violations);
    }

    /// @return whether there were packets, all could be opened, and nothing is wrong with any (checksums apart)
    public boolean isClean() {
        return packets > 0 && undecrypted == 0 && malformed == 0 && duplicatePacketNumbers == 0 && violations.isEmpty();
    }
}
