// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Makes policies of one kind: the entry point of a policy jar. The jar names its providers, one per line, in
/// `META-INF/services/dev.weir.spi.FanoutPolicyProvider`.
///
/// **Thread.** Its methods are called by one thread at a time, never by one that packets wait for.
///
/// **Lifetime.** Made once when its jar is loaded, through a public constructor without parameters, and asked once for its name,
/// description and configuration type. It is asked for a policy whenever one is to be put in force: at the start of the relay, when
/// its jar comes or replaces another, and when somebody applies it by hand. The configuration is read at the start of the relay.
/// When the jar is replaced or removed, its class loader is closed once none of its policies is in force any more.
///
/// **Classes.** A jar sees its own classes, the JDK's and the SPI's, and nothing of the relay or its libraries.
///
/// **Failure.** A provider that cannot be made, has no usable name or description, or throws from [#create], whatever it throws, is
/// refused with the reason; other policies go on, and whatever was in force stays.
///
/// @param <C> its configuration: a record, bound by the relay from `weir.policies.<name>.*`. Components may be numbers,
/// booleans, strings, enums, [java.time.Duration], and lists and maps of these; one that is not configured is null, zero, or
/// empty, so a compact constructor is the place for defaults and for checks
///
/// **Units and ranges.** Configured durations and sizes have the units that they are written with.
public interface FanoutPolicyProvider<C extends Record> {
    /// The policy's name in commands and configuration: lower-case letters, digits and hyphens, a letter first, at most 40.
    String name();

    /// What the policy does, for `policy list`: one line, no full stop.
    String description();

    /// The record that [#create] takes.
    Class<C> configType();

    /// Makes a policy. Called again for every assignment: policies do not share what they keep in fields.
    ///
    /// @param config bound from `weir.policies.<name>.*`
    /// @throws PolicyConfigurationException if the values do not go together, in a sentence that says what to write instead
    FanoutPolicy create(C config);
}
