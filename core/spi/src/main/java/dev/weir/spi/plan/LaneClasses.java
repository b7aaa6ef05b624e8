// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.PolicyConfigurationException;
import java.util.List;

/// The relay's lane classes: what the operator calls his kinds of subscribers (`weir.classes`). In C a class is a number.
///
/// **Thread.** For any number of threads.
///
/// **Lifetime.** Does not change; when the operator changes the classes, the relay makes others and asks for plans again.
///
/// **Failure.** A name that the relay does not have is a [PolicyConfigurationException] that lists the ones it has.
///
/// **Units and ranges.** Numbers are 0 to 15, 0 for the default class.
public interface LaneClasses {
    /// Most classes that a relay has, the default one included.
    int MOST = 16;

    /// All names, in the order of their numbers; the first one, number 0, is [dev.weir.spi.LaneView#DEFAULT_CLASS].
    List<String> names();

    /// The number of a class, 0 to 15.
    ///
    /// @throws PolicyConfigurationException if the relay has no class of that name
    default int number(String name) {
        int number = names().indexOf(name);
        if (number < 0) {
            throw new PolicyConfigurationException("There is no lane class '" + name + "'; the relay has "
                    + String.join(", ", names()) + ". Name one of these, or add it to weir.classes.");
        }
        return number;
    }
}
