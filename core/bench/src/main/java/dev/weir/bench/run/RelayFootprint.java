// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.testkit.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a relay process holds after a full garbage collection.
///
/// @param threads of the operating system
/// @param descriptors open ones
/// @param heapBytes all live objects
/// @param instances live objects of Weir's and Kwik's classes, by class
public record RelayFootprint(long threads, long descriptors, long heapBytes, Map<String, Long> instances) {
    /// There is one per connection.
    public static final String CONNECTION = "dev.weir.quic.kwik.RelayConnection";

    /// A line of `jcmd GC.class_histogram`: rank, instances, bytes, class.
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    /// Has the process collect its garbage, then looks.
    ///
    /// @param pid a JVM of this machine
    /// @throws IOException if procfs cannot be read
    /// @throws dev.weir.testkit.TestkitException if jcmd, which comes with a JDK, cannot ask it
    public static RelayFootprint of(long pid) throws IOException {
        String histogram = jcmd(pid, "GC.class_histogram");
        long bytes = 0;
        var instances = new TreeMap<String, Long>();
        for (String line : histogram.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                bytes += Long.parseLong(matcher.group(2));
                String name = matcher.group(3);
                if (name.startsWith("dev.weir.") || name.startsWith("tech.kwik.")) {
                    instances.merge(name, Long.parseLong(matcher.group(1)), Long::sum);
                }
            }
        }
        return new RelayFootprint(count(pid, "task"), count(pid, "fd"), bytes, instances);
    }

    /// Has the process collect all its garbage.
    ///
    /// @param pid a JVM of this machine
    /// @throws dev.weir.testkit.TestkitException if jcmd, which comes with a JDK, cannot ask it
    public static void collect(long pid) {
        jcmd(pid, "GC.run");
    }

    private static String jcmd(long pid, String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return CommandResult.of(jcmd, Long.toString(pid), command).orThrow().output();
    }

    private static long count(long pid, String folder) throws IOException {
        try (var entries = Files.list(Path.of("/proc", Long.toString(pid), folder))) {
            return entries.count();
        }
    }

    /// @param className fully qualified
    /// @return live objects of the class
    public long instances(String className) {
        return instances.getOrDefault(className, 0L);
    }

    /// @param before an earlier look
    /// @param allowed what does not count
    /// @return classes of which there are more than before, by more than `allowed`, with how many more
    public Map<String, Long> grownSince(RelayFootprint before, long allowed) {
        var grown = new TreeMap<String, Long>();
        instances.forEach((name, count) -> {
            long more = count - before.instances(name);
            if (more > allowed) {
                grown.put(name, more);
            }
        });
        return grown;
    }

    @Override
    public String toString() {
        return "%d threads, %d descriptors, %d KiB of live objects".formatted(threads, descriptors, heapBytes >> 10);
    }
}
