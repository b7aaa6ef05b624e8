// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The table of docs/reference/config.md is made of [AppProperties]: keys and defaults of the classes, meanings of the source.
class ConfigurationReferenceTests {
    private static final String SOURCE = "core/app/src/main/java/dev/weir/app/AppProperties.java";
    private static final Pattern TABLE = Pattern.compile("(?m)^\\| key \\| default \\| meaning \\|\\n(\\|.*\\n)+");
    /// The comment in front of a record, and the record's name.
    private static final Pattern RECORD = Pattern.compile("((?:[ ]*///.*\\n)+)(?:@.*\\n)?[ ]*public record (\\w+)\\(");
    private static final Pattern PARAMETER = Pattern.compile("@param (\\w+) (.*?)(?=@param|$)", Pattern.DOTALL);
    private static final Pattern DOCUMENT = Pattern.compile("docs/(\\w+)/([\\w-]+\\.md)");

    @Test
    void theTableIsWhatTheProgramTakes() throws IOException {
        var rows = new ArrayList<>(List.of("| key | default | meaning |", "|---|---|---|"));
        collect(AppProperties.class, "weir", meanings(), rows);

        Reference.check("config.md", present -> TABLE.matcher(present).replaceFirst(Matcher.quoteReplacement(String.join("\n", rows) + "\n")));
    }

    /// By record and component.
    private static Map<String, String> meanings() throws IOException {
        var meanings = new HashMap<String, String>();
        Matcher records = RECORD.matcher(Files.readString(Reference.root().resolve(SOURCE)));
        while (records.find()) {
            String comment = records.group(1).lines().map(line -> line.strip().substring("///".length()).strip()).reduce("", (a, b) -> a + " " + b);
            Matcher parameters = PARAMETER.matcher(comment);
            while (parameters.find()) {
                meanings.put(records.group(2) + "." + parameters.group(1), parameters.group(2).strip());
            }
        }
        return meanings;
    }

    private static void collect(Class<?> type, String prefix, Map<String, String> meanings, List<String> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                collect(component.getType(), key, meanings, into);
            } else if (component.getGenericType() instanceof ParameterizedType parameterized
                    && parameterized.getActualTypeArguments()[0] instanceof Class<?> element
                    && element.isRecord()) {
                collect(element, key + "[]", meanings, into);
            } else {
                String meaning = meanings.get(type.getSimpleName() + "." + component.getName());
                into.add("| `" + key + "` | " + defaultOf(type, component) + "| " + DOCUMENT.matcher(meaning).replaceAll("[$2](../$1/$2)").replace("(../reference/", "(") + " |");
            }
        }
    }

    /// The annotation is the constructor parameter's.
    private static String defaultOf(Class<?> type, RecordComponent component) {
        for (var parameter : type.getDeclaredConstructors()[0].getParameters()) {
            DefaultValue value = parameter.getAnnotation(DefaultValue.class);
            if (parameter.getName().equals(component.getName()) && value != null && value.value().length > 0) {
                return "`" + String.join(",", value.value()) + "` ";
            }
        }
        return "";
    }
}
