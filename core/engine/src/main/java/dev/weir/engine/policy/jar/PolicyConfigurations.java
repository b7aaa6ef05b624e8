// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.PolicyConfigurationException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/// Binds what is configured under `weir.policies.<name>.` to a policy's record. Keys are compared without case, hyphens and
/// underscores, as Spring Boot does; durations are `50ms`, `2s`, `1m`, `1h` or ISO 8601. Immutable.
final class PolicyConfigurations {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ns|us|ms|s|m|h)");
    /// Digits without leading zeros: the longer number is the larger one.
    private static final Comparator<String> BY_NUMBER =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    private final Map<String, Map<String, Object>> configured;

    /// @param configured by policy name: values as YAML gives them
    PolicyConfigurations(Map<String, Map<String, Object>> configured) {
        this.configured = Map.copyOf(configured);
    }

    /// A mapper remembers the types that it has seen, and would keep the class loader of every jar; so each is used once.
    private static JsonMapper mapper() {
        return JsonMapper.builder()
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .addModule(new SimpleModule().addDeserializer(Duration.class, new DurationText()))
                .build();
    }

    /// Durations as operators write them.
    private static final class DurationText extends StdDeserializer<Duration> {
        DurationText() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context) {
            String text = parser.getValueAsString("").strip();
            Matcher simple = DURATION.matcher(text.toLowerCase(Locale.ROOT));
            if (simple.matches()) {
                long number = Long.parseLong(simple.group(1));
                return switch (simple.group(2)) {
                    case "ns" -> Duration.ofNanos(number);
                    case "us" -> Duration.ofNanos(number * 1000);
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    default -> Duration.ofHours(number);
                };
            }
            try {
                return Duration.parse(text);
            } catch (DateTimeParseException e) {
                return (Duration) context.handleWeirdStringValue(Duration.class, text, "no duration");
            }
        }
    }

    /// Makes the record.
    ///
    /// @param policy its name
    /// @param overrides take the place of what is configured
    /// @throws PolicyException with a sentence about the first wrong key or value
    <C extends Record> C bind(String policy, Class<C> type, Map<String, String> overrides) {
        var values = new LinkedHashMap<String, Object>();
        merge(policy, type, values, configured.getOrDefault(policy, Map.of()));
        merge(policy, type, values, nested(overrides));
        for (RecordComponent component : type.getRecordComponents()) {
            Object value = values.get(component.getName());
            if (List.class.isAssignableFrom(component.getType())) {
                values.put(component.getName(), list(value));
            } else if (value == null && Map.class.isAssignableFrom(component.getType())) {
                values.put(component.getName(), Map.of());
            }
        }
        try {
            return mapper().convertValue(values, type);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new PolicyException(sentence(policy, e), e);
        }
    }

    /// `a.b=c` as a map in a map.
    private static Map<String, Object> nested(Map<String, String> flat) {
        var result = new TreeMap<String, Object>();
        flat.forEach((key, value) -> {
            int dot = key.indexOf('.');
            if (dot < 0) {
                result.put(key, value);
            } else if (result.computeIfAbsent(key.substring(0, dot), k -> new TreeMap<String, Object>())
                    instanceof Map<?, ?> inner) {
                @SuppressWarnings("unchecked")
                var map = (Map<String, Object>) inner;
                map.put(key.substring(dot + 1), value);
            }
        });
        return result;
    }

    private static void merge(String policy, Class<?> type, Map<String, Object> into, Map<String, Object> from) {
        from.forEach((key, value) -> {
            RecordComponent component = Arrays.stream(type.getRecordComponents())
                    .filter(each -> canonical(each.getName()).equals(canonical(key)))
                    .findFirst()
                    .orElseThrow(() -> new PolicyException("Policy " + policy + " has no setting '" + key + "'; "
                            + known(policy, type)));
            Object before = into.get(component.getName());
            if (before instanceof Map<?, ?> present && value instanceof Map<?, ?> added) {
                var both = new LinkedHashMap<Object, Object>(present);
                both.putAll(added);
                into.put(component.getName(), both);
            } else {
                into.put(component.getName(), value);
            }
        });
    }

    private static String known(String policy, Class<?> type) {
        List<String> names = Arrays.stream(type.getRecordComponents())
                .map(each -> kebab(each.getName()))
                .toList();
        return names.isEmpty() ? "it has none." : "weir.policies." + policy + " knows " + String.join(", ", names) + ".";
    }

    private static String canonical(String key) {
        return key.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /// A list as YAML gives it, as Spring's flat properties give it (a map with numbers for keys), or as text with commas.
    private static List<?> list(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> list -> list;
            case Map<?, ?> numbered ->
                numbered.entrySet().stream()
                        .sorted(Comparator.comparing(each -> String.valueOf(each.getKey()), BY_NUMBER))
                        .map(Map.Entry::getValue)
                        .toList();
            default -> Arrays.stream(String.valueOf(value).split(","))
                    .map(String::strip)
                    .filter(each -> !each.isEmpty())
                    .toList();
        };
    }

    private static String sentence(String policy, RuntimeException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            boolean isAuthors = cause instanceof PolicyConfigurationException
                    || cause instanceof IllegalArgumentException && !(cause instanceof JacksonException);
            if (isAuthors && cause.getMessage() != null && cause != thrown) {
                return "The configuration of policy " + policy + " does not do: " + cause.getMessage();
            }
        }
        if (thrown instanceof DatabindException bound && !bound.getPath().isEmpty()) {
            String key = "weir.policies." + policy + "." + key(bound.getPath());
            return thrown instanceof MismatchedInputException mismatched && mismatched.getTargetType() != null
                    ? key + (thrown instanceof InvalidFormatException format ? " is '" + format.getValue() + "'; " : " is of another kind; ")
                            + remedy(mismatched.getTargetType())
                    : key + " has a wrong value: " + bound.getOriginalMessage() + "; correct it.";
        }
        return "The configuration of policy " + policy + " does not do: " + thrown.getMessage();
    }

    /// As an operator writes it: `limits.low`, `steps[1]`.
    private static String key(List<JacksonException.Reference> path) {
        var text = new StringBuilder();
        for (JacksonException.Reference each : path) {
            String name = each.getPropertyName();
            if (name == null) {
                text.append('[').append(each.getIndex()).append(']');
            } else {
                // A component's name first; what is below it are keys of the operator's own.
                text.append(text.isEmpty() ? kebab(name) : "." + name);
            }
        }
        return text.toString();
    }

    private static String remedy(Class<?> type) {
        if (type.isEnum()) {
            return "write one of " + Arrays.stream(type.getEnumConstants()).map(String::valueOf).collect(Collectors.joining(", ")) + ".";
        }
        if (type == Duration.class) {
            return "write a duration, such as 50ms, 2s or 1m.";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "write true or false.";
        }
        boolean isWhole = Stream.of(int.class, long.class, short.class, byte.class).anyMatch(each -> type == each)
                || Stream.of(Integer.class, Long.class, Short.class, Byte.class).anyMatch(each -> type == each);
        if (isWhole) {
            return "write a whole number that a Java " + type.getSimpleName().toLowerCase(Locale.ROOT) + " can hold.";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type)
                ? "write a number."
                : "write what the policy's documentation says of it.";
    }
}
