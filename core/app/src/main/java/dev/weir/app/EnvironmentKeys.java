// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Which environment variables are settings. Spring Boot takes those it knows and says nothing of the others, so that a typing
/// error would be a setting that has no effect.
final class EnvironmentKeys {
    private static final String PREFIX = "WEIR_";
    /// What the launcher and the tests tell each other.
    private static final Set<String> OF_THE_LAUNCHER =
            Set.of("WEIR_SKIP_BUILD", "WEIR_BRIEF", "WEIR_JAVA_OPTIONS", "WEIR_LAUNCHER", "WEIR_CACHE", "WEIR_START_CACHE");

    private EnvironmentKeys() {}

    /// @param names of all environment variables
    /// @return what is wrong with them, a sentence; empty: nothing
    static String problem(Collection<String> names) {
        List<Pattern> known = new ArrayList<>();
        collect(AppProperties.class, PREFIX, known);
        for (String name : new TreeSet<>(names)) {
            if (name.startsWith(PREFIX)
                    && !OF_THE_LAUNCHER.contains(name)
                    && known.stream().noneMatch(pattern -> pattern.matcher(name).matches())) {
                return "The environment variable " + name + " is no setting of Weir; unset it, or look in docs/reference/config.md for"
                        + " the one that is meant.";
            }
        }
        return "";
    }

    private static void collect(Class<?> type, String prefix, List<Pattern> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName().replaceAll("([A-Z])", "_?$1").toUpperCase(Locale.ROOT);
            Class<?> raw = component.getType();
            if (raw.isRecord()) {
                collect(raw, name + "_", into);
            } else if (List.class.isAssignableFrom(raw)) {
                Type element = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
                if (element instanceof Class<?> record && record.isRecord()) {
                    collect(record, name + "_\\d+_", into);
                } else {
                    into.add(Pattern.compile(name + "(_\\d+)?"));
                }
            } else {
                into.add(Pattern.compile(Map.class.isAssignableFrom(raw) ? name + "_.+" : name));
            }
        }
    }
}
