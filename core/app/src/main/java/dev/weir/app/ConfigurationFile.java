// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// The file that `--config` names, which has to be known before the application begins, and what is wrong with it.
final class ConfigurationFile {
    private static final String OPTION = "--config";

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
            new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            return "";
        } catch (IOException | YAMLException e) {
            return "The configuration file " + file + " is no YAML (" + String.valueOf(e.getMessage()).strip() + "); correct it.";
        }
    }

    /// @return what is wrong with the configuration, a sentence; null: it is something else that went wrong
    static @Nullable String problem(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnboundConfigurationPropertiesException unbound) {
                return "The configuration has a key that Weir does not know: "
                        + unbound.getUnboundProperties().iterator().next().getName() + "; docs/reference/config.md lists those that there are.";
            }
            if (cause instanceof BindException bind && !hasUnbound(bind)) {
                return "The configuration of " + bind.getName() + " cannot be used ("
                        + root(bind).getMessage() + "); docs/reference/config.md says what it takes.";
            }
        }
        return null;
    }

    private static boolean hasUnbound(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnboundConfigurationPropertiesException) {
                return true;
            }
        }
        return false;
    }

    private static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
