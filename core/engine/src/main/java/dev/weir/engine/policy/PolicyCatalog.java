// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import dev.weir.spi.FanoutPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Where policies come from. For any number of threads.
public interface PolicyCatalog extends AutoCloseable {
    /// A policy on offer, or something that should have offered some and was refused.
    ///
    /// @param name the policy's name; the jar's file name if it was refused
    /// @param description one line
    /// @param version of the jar
    /// @param jar file name
    /// @param refusal why it was refused, a sentence; empty if it was not
    record Offer(String name, String description, String version, String jar, String refusal) {
        /// Whether it can be made.
        boolean isAvailable() {
            return refusal.isEmpty();
        }
    }

    /// Hears of changes, on a thread of the catalog's.
    interface Listener {
        /// Policies of this name are made by other code from now on, or can be made at all. Returns when that is done.
        void offered(String policy);

        /// Policies of this name cannot be made any more. Returns when they are out of force.
        void withdrawn(String policy);
    }

    /// Everything on offer, refused jars included.
    List<Offer> offers();

    /// Makes a policy.
    ///
    /// @param policy its name
    /// @param overrides configuration that takes the place of what is configured under `weir.policies.<policy>.`, flat
    /// @throws PolicyException if there is no such policy or its configuration is wrong
    FanoutPolicy create(String policy, Map<String, String> overrides);

    /// Copies a jar in and waits until it is loaded or refused.
    ///
    /// @return what it offers
    /// @throws PolicyException if it is refused
    List<Offer> load(Path jar);

    /// Begins to tell of changes.
    void listen(Listener listener);

    @Override
    void close();
}
