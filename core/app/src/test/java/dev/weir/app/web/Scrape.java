// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Prometheus gets: series and their values.
///
/// @param values by series, with its labels as they are written
record Scrape(Map<String, Double> values) {
    private static final Pattern SERIES = Pattern.compile("([a-z_]+(?:\\{[^}]*\\})?) (\\S+)");

    static Scrape of(String text) {
        var values = new TreeMap<String, Double>();
        for (String line : text.split("\n")) {
            Matcher matcher = SERIES.matcher(line);
            if (matcher.matches()) {
                values.put(matcher.group(1), Double.valueOf(matcher.group(2)));
            }
        }
        return new Scrape(values);
    }

    Set<String> names() {
        var result = new TreeSet<String>();
        values.keySet().forEach(series -> result.add(series.replaceAll("\\{.*", "")));
        return result;
    }

    /// @param labels such as `verdict="sent"`; all must be there
    long sum(String name, String... labels) {
        Predicate<String> fits = series -> series.replaceAll("\\{.*", "").equals(name)
                && Arrays.stream(labels).allMatch(series::contains);
        return Math.round(values.entrySet().stream().filter(each -> fits.test(each.getKey())).mapToDouble(Map.Entry::getValue).sum());
    }
}
