// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.List;
import java.util.Map;

/// What one may write, for `--help`: command to lines without the launcher.
final class CommandExamples {
    private static final Map<String, List<String>> EXAMPLES = Map.ofEntries(
            Map.entry("shell", List.of("shell", "shell --script evening.weir", "shell --relay-control /run/weir/4433.sock")),
            Map.entry("top", List.of("top", "top --sort loss", "top --once")),
            Map.entry("impair", List.of("impair --device eth0 --netns subscriber --loss 5 --burst 3 --seconds 60",
                    "impair --device eth0 --direction out --blackhole 2 --period 7 --seed 42")),
            Map.entry("relay drain", List.of("relay drain --seconds 300")),
            Map.entry("track list", List.of("track list --output json")),
            Map.entry("track show", List.of("track show live/cam1/video")),
            Map.entry("subscriber show", List.of("subscriber show 7")),
            Map.entry("subscriber class set", List.of("subscriber class set 7 mobile")),
            Map.entry("subscriber kick", List.of("subscriber kick 7 --reason 'not paid'")),
            Map.entry("lane show", List.of("lane show 7")),
            Map.entry("mode set", List.of("mode set userspace", "mode set auto --track live/cam1/video")),
            Map.entry("policy apply", List.of("policy apply priority-threshold 'live/**' --set default-limit=128")),
            Map.entry("policy show", List.of("policy show priority-threshold")),
            Map.entry("policy explain", List.of(
                    "policy explain 7", "policy explain 7 --group 42", "policy explain 7 --group 42 --object 3 --track live/cam1/video")),
            Map.entry("bpf counters", List.of("bpf counters --zeros")),
            Map.entry("trace start", List.of("trace start --folder traces", "trace start --folder traces --connection 7")));

    private CommandExamples() {}

    /// @param command name of a command
    /// @return lines as one writes them behind `./weir`; may be none
    static List<String> of(String command) {
        return EXAMPLES.getOrDefault(command, List.of());
    }
}
