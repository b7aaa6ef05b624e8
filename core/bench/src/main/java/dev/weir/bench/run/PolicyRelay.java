// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.report.RelayStatistics;
import dev.weir.spi.FanoutPolicy;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.NetworkNamespace;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A relay whose policies a benchmark changes while it runs.
public interface PolicyRelay extends AutoCloseable {
    /// Makes relays.
    @FunctionalInterface
    interface Starter {
        /// Starts a relay on port [RelayProcess#PORT] of all addresses.
        ///
        /// @param namespace where it is
        /// @param path who makes the copies
        /// @param certificate of the relay
        /// @return the running relay
        /// @throws dev.weir.bench.BenchException if it does not start
        PolicyRelay start(NetworkNamespace namespace, RelayPath path, DevelopmentCertificate certificate);
    }

    /// A policy that is ready to be assigned.
    interface Installed {
        /// How it is carried out: `tables`, `program` or `user-space`.
        String form();

        /// What it has decided so far.
        Decisions decisions();
    }

    /// What a policy has decided so far, in the kernel and in user space together.
    ///
    /// @param forwarded verdicts to forward
    /// @param dropped verdicts to drop, by reason
    record Decisions(long forwarded, Map<String, Long> dropped) {
        /// Nothing yet.
        public static final Decisions NONE = new Decisions(0, Map.of());

        /// Copies the map.
        public Decisions {
            dropped = Map.copyOf(dropped);
        }
    }

    /// Makes one of the bundled policies.
    ///
    /// @param name such as `congestion-priority`
    /// @param configuration what is said of it, flat, as under `weir.policies.<name>.`
    /// @throws dev.weir.bench.BenchException if there is none of that name
    FanoutPolicy bundled(String name, Map<String, String> configuration);

    /// Makes a policy ready. It serves nobody yet.
    Installed install(String name, FanoutPolicy policy);

    /// Has a policy serve every subscription from now on.
    ///
    /// @param policy null: none; then everything passes without being asked for
    void assign(@Nullable Installed policy);

    /// Forgets a policy that serves nobody any more.
    void retire(Installed policy);

    /// The relay's counters now.
    RelayStatistics statistics();

    @Override
    void close();
}
