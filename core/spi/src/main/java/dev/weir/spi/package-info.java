// SPDX-License-Identifier: Apache-2.0
/// What a fan-out policy sees: four hooks, each a pure function over values of this package. Nothing but the JDK is needed.
///
/// A worked example, a policy that drops objects above a priority for everybody:
///
/// ```java
/// ObjectFilter urgentOnly = (object, lane) ->
///         object.priority() <= 64 ? Verdict.forward() : Verdict.drop("not urgent");
/// FanoutPolicy policy = new FanoutPolicy() {
///     @Override
///     public ObjectFilter filter() {
///         return urgentOnly;
///     }
/// };
/// ```
@NullMarked
package dev.weir.spi;

import org.jspecify.annotations.NullMarked;
