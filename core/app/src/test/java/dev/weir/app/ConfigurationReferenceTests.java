// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// docs/reference/config.md lists the settings that there are, with their defaults.
class ConfigurationReferenceTests {
    /// @param text the default in the reference, without quotation marks
    private record Setting(String key, String text) {}

    private static void collect(Class<?> type, String prefix, List<Setting> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                collect(component.getType(), key, into);
            } else if (component.getGenericType() instanceof ParameterizedType parameterized
                    && parameterized.getActualTypeArguments()[0] instanceof Class<?> element
                    && element.isRecord()) {
                collect(element, key + "[]", into);
            } else {
                into.add(new Setting(key, defaultOf(type, component)));
            }
        }
    }

    /// The annotation is the constructor parameter's.
    private static String defaultOf(Class<?> type, RecordComponent component) {
        for (var parameter : type.getDeclaredConstructors()[0].getParameters()) {
            DefaultValue value = parameter.getAnnotation(DefaultValue.class);
            if (parameter.getName().equals(component.getName()) && value != null) {
                return String.join(",", value.value());
            }
        }
        return "";
    }

    @Test
    void listsEverySettingWithItsDefaultAndNoOther() throws Exception {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/reference/config.md"))) {
            folder = folder.getParent();
        }
        var documented = new ArrayList<Setting>();
        var row = Pattern.compile("\\| `(weir\\.[^`]+)` \\| ([^|]*)\\|.*");
        for (String line : Files.readAllLines(folder.resolve("docs/reference/config.md"))) {
            var matcher = row.matcher(line);
            if (matcher.matches()) {
                documented.add(new Setting(matcher.group(1), matcher.group(2).strip().replace("`", "")));
            }
        }
        var real = new ArrayList<Setting>();
        collect(AppProperties.class, "weir", real);
        assertThat(documented).containsExactlyInAnyOrderElementsOf(real);
    }
}
