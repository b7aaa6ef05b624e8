// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;

/// Puts a policy in force on a relay process, and takes it out again.
public interface PolicySwitch {
    /// Every track is served under a policy from now on.
    ///
    /// @param controlSocket of the relay
    /// @return number of the assignment, for [#remove]
    int apply(Path controlSocket);

    /// Ends what [#apply] began.
    ///
    /// @param controlSocket of the relay
    /// @param assignment its number
    void remove(Path controlSocket, int assignment);
}
