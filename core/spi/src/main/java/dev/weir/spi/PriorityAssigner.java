// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Gives each object a priority, once per object: a pure function in Java, a field of the candidate in the kernel.
///
/// Thread: any thread of the relay, one at a time per track. Lifetime: as long as its policy is in force. Failure: an
/// exception leaves the publisher's priority.
@FunctionalInterface
public interface PriorityAssigner {
    /// Priority of the object, 0 to 255, lower is more urgent.
    int priority(MediaObject object);

    /// The publisher's own priority.
    static PriorityAssigner publisher() {
        return MediaObject::priority;
    }
}
