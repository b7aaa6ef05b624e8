// SPDX-License-Identifier: Apache-2.0
/// What a policy of the fan-out sees, and what it answers: four hooks, each with a default.
///
/// A policy decides, for every object of a track and every subscriber, whether the object goes out. It is asked in this
/// order: [dev.weir.spi.FrameParser] says what the bytes are, [dev.weir.spi.PacketIndexer] where they stand in the track,
/// [dev.weir.spi.PriorityAssigner] how urgent they are, [dev.weir.spi.ObjectFilter] who gets them.
///
/// A policy that spares congested subscribers everything but the most urgent objects, and leaves the other hooks alone:
///
/// ```java
/// public final class UrgentOnly implements FanoutPolicyProvider<UrgentOnly.Config> {
///     public record Config(int limit) {}
///
///     @Override public String name() { return "urgent-only"; }
///     @Override public String description() { return "congested subscribers get only what is urgent"; }
///     @Override public Class<Config> configType() { return Config.class; }
///
///     @Override public FanoutPolicy create(Config config) {
///         var entries = MapEntries.builder()
///                 .otherwise(Rule.all().limitAbove(0.9, config.limit()))
///                 .build();
///         return MapEntries.policy(entries);
///     }
/// }
/// ```
///
/// The hooks are the Java face of a policy: user space asks them for what the kernel leaves to it. The kernel face is the
/// policy's plan ([dev.weir.spi.plan.KernelPlan]).
@NullMarked
package dev.weir.spi;

import org.jspecify.annotations.NullMarked;
