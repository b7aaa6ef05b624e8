// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Removes namespaces whose process was killed before it could remove them itself.
final class StaleNamespaces {
    private StaleNamespaces() {}

    static void remove(String prefix) {
        Pattern ours = Pattern.compile(Pattern.quote(prefix) + "-(\\d+)-\\d+");
        CommandResult.of("ip", "netns", "list").output().lines().map(line -> line.split(" ", 2)[0]).forEach(name -> {
            Matcher matcher = ours.matcher(name);
            if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                CommandResult.of("ip", "netns", "delete", name);
            }
        });
    }
}
