// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.AppVersion;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.support.ConfigurableConversionService;
import org.springframework.shell.core.InputReader;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.stereotype.Component;

/// Runs the one command of the argument vector and keeps the exit code of the process. The only place that turns exceptions
/// into text. (Spring Shell's own runner prints stack traces and returns 0 for errors that it only logs.)
@Component
public class OneShotRunner implements ApplicationRunner, ExitCodeGenerator {
    static final int DONE = 0;
    static final int FAILED = 1;
    /// Exit code for wrong arguments or a wrong configuration.
    public static final int USAGE = 2;

    private static final Logger LOG = LoggerFactory.getLogger(OneShotRunner.class);

    private final CommandRegistry registry;
    private final ConfigurableConversionService conversions;
    private int exitCode = FAILED;

    OneShotRunner(CommandRegistry registry, ConfigurableConversionService conversions) {
        this.registry = registry;
        this.conversions = conversions;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        exitCode = execute(List.of(arguments.getSourceArgs()));
    }

    @Override
    public int getExitCode() {
        return exitCode;
    }

    private int execute(List<String> arguments) {
        var output = new PrintWriter(System.out, true);
        try {
            if (arguments.equals(List.of("--version")) || arguments.equals(List.of("-V"))) {
                output.println(AppVersion.text());
                return DONE;
            }
            CommandLine line = CommandLine.parse(arguments, registry);
            if (line.helpWanted()) {
                output.print(CommandHelp.of(line.command()));
                output.flush();
                return DONE;
            }
            line.input().options().forEach(this::checkValue);
            return line.command().execute(new CommandContext(line.input(), registry, output, new InputReader() {})).code();
        } catch (UsageException e) {
            return report(e, USAGE);
        } catch (CommandFailedException e) {
            return report(e, e.exitCode());
        } catch (Exception e) {
            return reportOther(e);
        }
    }

    private void checkValue(CommandOption option) {
        try {
            conversions.convert(option.value(), option.type());
        } catch (ConversionException e) {
            throw new UsageException("--" + option.longName() + " does not take '" + option.value() + "'; write "
                    + CommandHelp.synopsis(option) + ".");
        }
    }

    private static int reportOther(Exception thrown) {
        Throwable cause = thrown;
        while (!isOurs(cause) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof UsageException) {
            return report(cause, USAGE);
        }
        if (cause instanceof CommandFailedException failed) {
            return report(failed, failed.exitCode());
        }
        if (!isOurs(cause)) {
            LOG.error("This is a defect of Weir; please report it with the following lines.", thrown);
        }
        return report(cause, FAILED);
    }

    /// Whether the message is a sentence for the user.
    private static boolean isOurs(Throwable thrown) {
        return thrown.getClass().getName().startsWith("dev.weir.");
    }

    private static int report(Throwable thrown, int code) {
        if (thrown.getMessage() != null) {
            String sentence = thrown.getMessage();
            System.err.println("error: " + sentence + (sentence.endsWith(".") ? "" : "."));
        } else if (!(thrown instanceof CommandFailedException)) {
            System.err.println("error: unexpected " + thrown.getClass().getSimpleName() + ".");
        }
        return code;
    }
}
