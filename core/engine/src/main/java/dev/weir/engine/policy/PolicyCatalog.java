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

    /// A policy, and a hold on its code: what has not been loaded of it yet can be loaded until this is closed.
    ///
    /// @param policy the policy
    /// @param release gives up the hold; called once
    record Made(FanoutPolicy policy, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /// Hears of changes, on a thread of the catalog's.
    interface Listener {
        /// Policies of this name are made by other code from now on, or can be made at all. Returns when those that are wanted are in
        /// force, or it is known why not.
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
    /// @return to be closed once nothing is asked of the policy any more
    /// @throws PolicyException if there is no such policy, its configuration is wrong, or its code fails
    Made create(String policy, Map<String, String> overrides);

    /// Copies a jar in and waits until it is loaded and the listener has heard of it, or it is refused.
    ///
    /// @return what it offers
    /// @throws PolicyException if it is refused
    List<Offer> load(Path jar);

    /// Begins to tell of changes.
    void listen(Listener listener);

    @Override
    void close();
}
