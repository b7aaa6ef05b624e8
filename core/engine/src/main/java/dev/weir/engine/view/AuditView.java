// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Whether the relay's books balance (DESIGN rule 8), at one moment.
///
/// @param sums one line per connection and sum, connections that are gone together in one
/// @param isBalanced whether every line is
public record AuditView(List<Sum> sums, boolean isBalanced) {
    /// In place of a lane's number: all connections that are gone.
    public static final int GONE = -1;
    /// In place of a lane's number: all connections, gone or not.
    public static final int ALL = -2;

    /// One sum: what there was, and where it went.
    ///
    /// @param lane number of the lane, [#GONE] or [#ALL]
    /// @param address of its peer
    /// @param name what is added up: `packet numbers`, `datagrams`, `datagram fates`, `streams` or `kernel copies`
    /// @param total what there was
    /// @param parts where it went; all of it, if the books balance
    /// @param imbalance total less parts
    public record Sum(int lane, String address, String name, long total, Map<String, Long> parts, long imbalance) {
        /// A sum from its total and its parts.
        public static Sum of(int lane, String address, String name, long total, Map<String, Long> parts) {
            long sum = parts.values().stream().mapToLong(Long::longValue).sum();
            return new Sum(lane, address, name, total, parts, total - sum);
        }

        /// The same for two together.
        ///
        /// @param other a sum of the same name
        /// @return both
        public Sum plus(Sum other) {
            var all = new LinkedHashMap<>(parts);
            other.parts.forEach((part, amount) -> all.merge(part, amount, Long::sum));
            return of(lane, address, name, total + other.total, all);
        }
    }

    /// @param sums all of them
    /// @return the audit
    public static AuditView of(List<Sum> sums) {
        return new AuditView(List.copyOf(sums), sums.stream().allMatch(sum -> sum.imbalance() == 0));
    }

    /// @return the sums that do not balance
    public List<Sum> imbalances() {
        return sums.stream().filter(sum -> sum.imbalance() != 0).toList();
    }
}
