// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.chat;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.plan.MapEntries;

/// `chat`: for tracks of small messages that all subscribers are to get: nothing is dropped, and every object has the most
/// urgent priority. Kernel form: tables.
public final class ChatProvider implements FanoutPolicyProvider<ChatProvider.Config> {
    /// Lower is more urgent (MoQT).
    static final int MOST_URGENT = 0;

    /// Nothing to configure.
    public record Config() {}

    @Override
    public String name() {
        return "chat";
    }

    @Override
    public String description() {
        return "small messages to all, most urgent, never dropped";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return MapEntries.policy(MapEntries.builder().priorities(priority -> MOST_URGENT).build());
    }
}
