// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.passall;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;

/// `pass-all`: every subscriber gets every object. What tracks without a policy have anyway; it is for ending another
/// policy's assignment in so many words. Kernel form: tables.
public final class PassAllProvider implements FanoutPolicyProvider<PassAllProvider.Config> {
    /// Nothing to configure.
    public record Config() {}

    @Override
    public String name() {
        return "pass-all";
    }

    @Override
    public String description() {
        return "every subscriber gets every object";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return FanoutPolicy.passAll();
    }
}
