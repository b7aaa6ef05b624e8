// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.List;
import java.util.Map;

/// What one may write, for `--help`: command to lines without the launcher.
final class CommandExamples {
    private static final Map<String, List<String>> EXAMPLES = Map.ofEntries(
            Map.entry("serve", List.of(
                    "serve --certificate relay.pem --key relay.key",
                    "serve --listen 127.0.0.1:4433 --write-certificate development.pem --shell")),
            Map.entry("shell", List.of("shell", "shell --script evening.weir", "shell --relay-control /run/weir/4433.sock")),
            Map.entry("top", List.of("top", "top --sort loss", "top --once --output json")),
            Map.entry("demo", List.of("demo", "demo --subscribers 32 --mode datagram --loss 1 --burst 3")),
            Map.entry("publish", List.of(
                    "publish --relay relay.example:4433 --certificate relay.pem --media talk.mp4",
                    "publish --relay 127.0.0.1:4433 --insecure --rate 200 --size 1000 --mode datagram")),
            Map.entry("subscribe", List.of(
                    "subscribe --relay relay.example:4433 --certificate relay.pem --output copy.mp4",
                    "subscribe --relay 127.0.0.1:4433 --insecure --subscribers 8 --seconds 30 --json received.json")),
            Map.entry("bench path", List.of("bench path --subscribers 1,8,64 --mode both --json path.json")),
            Map.entry("bench harm", List.of("bench harm --mode stream --rounds 5 --limit 1.5 --json harm.json")),
            Map.entry("bench policy", List.of("bench policy --bottleneck 50,70 --rtt 40 --json policy.json")),
            Map.entry("soak", List.of("soak --minutes 30 --seed 7 --json ledger.json")),
            Map.entry("compare run", List.of(
                    "compare run --subscribers 1,8,32 --loss 0,5 --html comparison.html",
                    "compare run --modes datagram --delay 0,20 --seconds 5 --repetitions 3 --json comparison.json")),
            Map.entry("compare show", List.of("compare show comparison.json", "compare show comparison.json --html comparison.html")),
            Map.entry("impair", List.of(
                    "impair --device eth0 --netns subscriber --loss 5 --burst 3 --seconds 60",
                    "impair --device eth0 --direction out --blackhole 2 --period 7 --seed 42")),
            Map.entry("impair proxy", List.of(
                    "impair proxy --to 192.0.2.1:4433 --delay 20 --jitter 5",
                    "impair proxy --to 10.77.1.1:4433 --netns subscriber --reorder 10 --reorder-by 100 --seed 42")),
            Map.entry("relay status", List.of("relay status")),
            Map.entry("relay drain", List.of("relay drain --seconds 300")),
            Map.entry("relay stop", List.of("relay stop")),
            Map.entry("track list", List.of("track list --output json")),
            Map.entry("track show", List.of("track show live/cam1/video")),
            Map.entry("publisher list", List.of("publisher list")),
            Map.entry("publisher show", List.of("publisher show 3")),
            Map.entry("subscriber list", List.of("subscriber list")),
            Map.entry("subscriber show", List.of("subscriber show 7")),
            Map.entry("subscriber class set", List.of("subscriber class set 7 mobile")),
            Map.entry("subscriber kick", List.of("subscriber kick 7 --reason 'not paid'")),
            Map.entry("class list", List.of("class list")),
            Map.entry("class set", List.of("class set 7 mobile")),
            Map.entry("lane list", List.of("lane list --output json")),
            Map.entry("lane show", List.of("lane show 7")),
            Map.entry("mode show", List.of("mode show")),
            Map.entry("mode set", List.of("mode set userspace", "mode set auto --track live/cam1/video")),
            Map.entry("policy list", List.of("policy list")),
            Map.entry("policy show", List.of("policy show priority-threshold")),
            Map.entry("policy load", List.of("policy load target/my-policy.jar")),
            Map.entry("policy apply", List.of(
                    "policy apply priority-threshold 'live/**' --set default-limit=128",
                    "policy apply congestion-priority '**' --classes mobile")),
            Map.entry("policy remove", List.of("policy remove 1")),
            Map.entry("policy stats", List.of("policy stats")),
            Map.entry("policy explain", List.of(
                    "policy explain 7",
                    "policy explain 7 --group 42",
                    "policy explain 7 --group 42 --object 3 --track live/cam1/video")),
            Map.entry("policy log", List.of("policy log my-policy")),
            Map.entry("bpf status", List.of("bpf status")),
            Map.entry("bpf programs", List.of("bpf programs")),
            Map.entry("bpf maps", List.of("bpf maps")),
            Map.entry("bpf counters", List.of("bpf counters --zeros")),
            Map.entry("bpf log", List.of("bpf log")),
            Map.entry("stats show", List.of("stats show --zeros")),
            Map.entry("stats audit", List.of("stats audit --output json")),
            Map.entry("trace start", List.of("trace start traces", "trace start traces --connection 7 --seconds 10")),
            Map.entry("trace stop", List.of("trace stop")));

    private CommandExamples() {}

    /// @param command name of a command
    /// @return lines as one writes them behind `./weir`; none only for a command that there is not
    static List<String> of(String command) {
        return EXAMPLES.getOrDefault(command, List.of());
    }
}
