// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// A policy cannot be made from this configuration. The message is a sentence for the operator: which value, why not, what to
/// write instead.
public final class PolicyConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message a sentence
    public PolicyConfigurationException(String message) {
        super(message);
    }
}
