// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// A policy cannot be made from this configuration. The message is a sentence for the operator: which value, why not, what to
/// write instead.
///
/// **Thread.** For any number of threads, as exceptions are.
///
/// **Lifetime.** Thrown while a policy is made or its plan is asked for; not from hooks.
///
/// **Failure.** It is one: the policy is not put in force, and the one before it stays.
///
/// **Units and ranges.** The message is one or two whole sentences, without the policy's name, which the relay puts before
/// it.
public final class PolicyConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message a sentence
    public PolicyConfigurationException(String message) {
        super(message);
    }
}
