// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// How many objects of each class of Weir's and Kwik's are alive in this process.
final class LiveObjects {
    private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+((?:dev\\.weir|tech\\.kwik)\\.\\S+).*");

    private LiveObjects() {}

    /// Collects garbage and counts.
    static Map<String, Long> byClass() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
            var counts = new HashMap<String, Long>();
            for (String line : histogram.split("\n")) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    counts.put(row.group(2), Long.parseLong(row.group(1)));
                }
            }
            return counts;
        } catch (JMException e) {
            throw new AssertionError("this Java has no class histogram", e);
        }
    }
}
