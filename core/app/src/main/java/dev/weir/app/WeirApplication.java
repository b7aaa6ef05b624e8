// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weir.app.shell.OneShotRunner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.shell.core.autoconfigure.SpringShellAutoConfiguration;

/// Runs the one command that the arguments name, and gives the process its exit code.
///
/// What it takes of Spring Boot it takes by name: looking through everything that `serve` has on the class path for its web
/// server would cost every command half a second (`spring.boot.enableautoconfiguration` in application.yml).
@SpringBootApplication(scanBasePackageClasses = OneShotRunner.class)
@ImportAutoConfiguration({PropertyPlaceholderAutoConfiguration.class, ConfigurationPropertiesAutoConfiguration.class, SpringShellAutoConfiguration.class})
@EnableConfigurationProperties(AppProperties.class)
public class WeirApplication {
    /// @param args the command, its options and arguments
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /// Runs a command in this JVM. Error messages go to standard error.
    ///
    /// @param args the command, its options and arguments
    /// @return the exit code: 0 done, 1 failed, 2 wrong usage
    public static int run(String... args) {
        var application = new SpringApplication(WeirApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        // The arguments are a command, not properties; the commands themselves see to an orderly end on a signal.
        application.setAddCommandLineProperties(false);
        application.setRegisterShutdownHook(false);
        var defaults = new HashMap<String, Object>();
        if (isServe(args)) {
            String problem = EnvironmentKeys.problem(System.getenv().keySet());
            if (!problem.isEmpty()) {
                System.err.println("error: " + problem);
                return OneShotRunner.USAGE;
            }
        }
        defaults.put("logging.level.dev.weir", isServe(args) ? "INFO" : "WARN");
        // Spring Boot tells of a wrong configuration with a page of text; the sentence below is ours.
        for (String name : List.of(
                "org.springframework.boot.SpringApplication",
                "org.springframework.boot.diagnostics",
                "org.springframework.context.support",
                "org.springframework.context.annotation",
                // That a port is taken is told in a sentence of ours.
                "org.springframework.boot.web.server.servlet.context",
                "org.apache.catalina",
                "org.apache.coyote",
                "org.apache.tomcat")) {
            defaults.put("logging.level." + name, "OFF");
        }
        Path configuration = isServe(args) ? ConfigurationFile.of(List.of(args)) : null;
        if (configuration != null) {
            String problem = ConfigurationFile.problem(configuration);
            if (!problem.isEmpty()) {
                System.err.println("error: " + problem);
                return OneShotRunner.USAGE;
            }
            defaults.put("spring.config.additional-location", configuration.toUri().toString());
        }
        application.setDefaultProperties(defaults);
        application.addListeners(new LogCheck());
        try (ConfigurableApplicationContext context = application.run(args)) {
            return context.getBean(OneShotRunner.class).getExitCode();
        } catch (RuntimeException e) {
            String problem = ConfigurationFile.problem(e);
            if (problem == null) {
                throw e;
            }
            System.err.println("error: " + problem);
            return OneShotRunner.USAGE;
        }
    }

    /// Between the listener that reads the settings and the one that begins the log.
    private static final class LogCheck implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
        @Override
        public int getOrder() {
            return LoggingApplicationListener.DEFAULT_ORDER - 1;
        }

        @Override
        public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
            try {
                ConfigurationFile.checkLog(event.getEnvironment());
            } catch (ConfigurationException e) {
                // The levels above are not in force yet, and Spring Boot would tell of it as well.
                ((Logger) LoggerFactory.getLogger(SpringApplication.class)).setLevel(Level.OFF);
                throw e;
            }
        }
    }

    private static boolean isServe(String[] args) {
        return args.length > 0 && args[0].equals("serve");
    }
}
