// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import dev.weir.testkit.CommandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The `weir` script of this very tree; it does not build here (WEIR_SKIP_BUILD).
final class Launcher {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Launcher() {}

    /// @return the script
    static String script() {
        return System.getProperty("weir.launcher");
    }

    /// Runs a command to its end.
    static CommandResult run(String... arguments) {
        return runBehind(List.of(), arguments);
    }

    /// Runs a command to its end behind another, such as setpriv.
    static CommandResult runBehind(List<String> prefix, String... arguments) {
        var command = new ArrayList<>(prefix);
        command.add(script());
        command.addAll(List.of(arguments));
        return CommandResult.run(LIMIT, command);
    }
}
