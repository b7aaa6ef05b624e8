// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.logging.LogLevel;
import org.springframework.core.env.Environment;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// The file that `--config` names, which has to be known before the application begins, and what is wrong with it.
final class ConfigurationFile {
    private static final String OPTION = "--config";
    /// Ours, and what docs/guides/monitoring.md says of logs.
    private static final Pattern KEYS = Pattern.compile("weir([.\\[].*)?|logging(\\.(level|structured)([.\\[].*)?)?");
    private static final String LOG_FORMAT = "logging.structured.format.console";
    private static final Set<String> LOG_FORMATS = Set.of("", "ecs", "gelf", "logstash");

    private ConfigurationFile() {}

    /// @return the file that the arguments name; null: none
    static @Nullable Path of(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith(OPTION + "=")) {
                return Path.of(argument.substring(OPTION.length() + 1));
            }
            if (argument.equals(OPTION) && i + 1 < arguments.size()) {
                return Path.of(arguments.get(i + 1));
            }
        }
        return null;
    }

    /// @return what is wrong with the file itself, a sentence; empty: nothing
    static String problem(Path file) {
        String name = file.toString();
        if (!Files.isReadable(file)) {
            return "Cannot read the configuration file " + file + "; name a file that you may read.";
        }
        if (!name.endsWith(".yml") && !name.endsWith(".yaml")) {
            return "The configuration file " + file + " is neither .yml nor .yaml; rename it.";
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            return keyProblem(file, new Yaml(new SafeConstructor(new LoaderOptions())).load(reader));
        } catch (IOException | YAMLException e) {
            return "The configuration file " + file + " is no YAML (" + String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ") + "); correct it.";
        }
    }

    /// Spring Boot would take any other key for one of its own and say nothing.
    private static String keyProblem(Path file, @Nullable Object content) {
        if (content == null) {
            return "";
        }
        if (!(content instanceof Map<?, ?> keys)) {
            return "The configuration file " + file + " has no keys; write 'weir:' and the settings under it.";
        }
        for (String key : names("", keys)) {
            if (!KEYS.matcher(key).matches()) {
                return "The configuration file " + file + " has a key that Weir does not know: " + key
                        + "; docs/reference/config.md lists those that there are.";
            }
        }
        return "";
    }

    /// Full names down to the second part, which is what tells Spring Boot's own settings apart; those under `weir` are looked at when they
    /// are bound.
    private static List<String> names(String prefix, Map<?, ?> keys) {
        var names = new ArrayList<String>();
        keys.forEach((key, value) -> {
            String name = prefix + key;
            if (prefix.isEmpty() && value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                names.addAll(names(name + ".", inner));
            } else {
                names.add(name);
            }
        });
        return names;
    }

    /// @return what is wrong with the configuration, a sentence; null: it is something else that went wrong
    static @Nullable String problem(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException ours) {
                return ours.getMessage();
            }
            if (cause instanceof UnboundConfigurationPropertiesException unbound) {
                return "The configuration has a key that Weir does not know: "
                        + unbound.getUnboundProperties().iterator().next().getName() + "; docs/reference/config.md lists those that there are.";
            }
            if (cause instanceof BindException bind && !hasBetter(bind)) {
                return "The configuration of " + bind.getName() + " cannot be used ("
                        + root(bind).getMessage() + "); docs/reference/config.md says what it takes.";
            }
        }
        return null;
    }

    private static boolean hasBetter(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnboundConfigurationPropertiesException || cause instanceof ConfigurationException) {
                return true;
            }
        }
        return false;
    }

    /// What is wrong with the log's settings has to be known before it begins: Spring Boot tells it at length, or not at all.
    ///
    /// @param environment with all settings
    /// @throws ConfigurationException if the log cannot have the wanted form or level
    static void checkLog(Environment environment) {
        try {
            Binder.get(environment).bind("logging.level", Bindable.mapOf(String.class, LogLevel.class));
        } catch (BindException e) {
            // Without the cause, or Spring Boot's analysis of it would be printed as well.
            throw new ConfigurationException(e.getName() + " has a value that is no level; write ERROR, WARN, INFO, DEBUG, TRACE or OFF.", null);
        }
        String format = environment.getProperty(LOG_FORMAT, "");
        if (!LOG_FORMATS.contains(format)) {
            throw new ConfigurationException(LOG_FORMAT + " (LOGGING_STRUCTURED_FORMAT_CONSOLE) is '" + format + "'; write ecs, gelf or logstash.", null);
        }
    }

    private static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
