// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.support.ConfigurableConversionService;
import org.springframework.shell.core.autoconfigure.CommandRegistryAutoConfiguration;

/// The commands, and the conversion of option values. Boot's converters take enum values in any case; Spring Shell's own do not.
/// Neither knows paths.
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration(CommandRegistryAutoConfiguration.class)
class ShellConfiguration {
    @Bean
    ConfigurableConversionService optionConversions() {
        var conversions = new ApplicationConversionService();
        conversions.addConverter(String.class, Path.class, Path::of);
        return conversions;
    }
}
