// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.ConfigurationException;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.support.ConfigurableConversionService;
import org.springframework.shell.core.InputReader;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.stereotype.Component;

/// Runs one command line. The only place that turns exceptions into text.
@Component
class LineRunner {
    private static final Logger LOG = LoggerFactory.getLogger(LineRunner.class);

    private final ConfigurableConversionService conversions;

    LineRunner(ConfigurableConversionService conversions) {
        this.conversions = conversions;
    }

    /// Hears what went wrong.
    interface Complaints {
        /// @param sentence ends with a full stop
        void error(String sentence);
    }

    /// Carries a command out.
    interface Execution {
        /// @return the exit code
        int run(CommandLine line) throws Exception;
    }

    /// @param arguments the command, its options and arguments
    /// @param output where the command prints
    /// @return the exit code: 0 done, 1 failed, 2 wrong usage
    int run(List<String> arguments, CommandRegistry registry, PrintWriter output, Complaints complaints) {
        return run(arguments, registry, output, complaints,
                line -> line.command().execute(new CommandContext(line.input(), registry, output, new InputReader() {})).code());
    }

    /// @param execution how the command is carried out once its options are right
    int run(List<String> arguments, CommandRegistry registry, PrintWriter output, Complaints complaints, Execution execution) {
        try {
            String group = groupHelp(arguments, registry);
            if (!group.isEmpty()) {
                output.println(group);
                output.flush();
                return OneShotRunner.DONE;
            }
            CommandLine line = CommandLine.parse(arguments, registry);
            if (line.helpWanted()) {
                output.print(CommandHelp.of(line.command()));
                output.flush();
                return OneShotRunner.DONE;
            }
            line.input().options().forEach(this::checkValue);
            return execution.run(line);
        } catch (UsageException e) {
            return report(e, OneShotRunner.USAGE, complaints);
        } catch (CommandFailedException e) {
            return report(e, e.exitCode(), complaints);
        } catch (Exception e) {
            return reportOther(e, complaints);
        }
    }

    /// @return of a line such as `track --help`; empty for others
    private static String groupHelp(List<String> arguments, CommandRegistry registry) {
        if (arguments.isEmpty() || !CommandHelp.isAsked(arguments.getLast())) {
            return "";
        }
        List<String> words = arguments.subList(0, arguments.size() - 1);
        return registry.getCommandByName(String.join(" ", words)) == null ? CommandHelp.ofGroup(words, registry.getCommands()) : "";
    }

    private void checkValue(CommandOption option) {
        try {
            conversions.convert(option.value(), option.type());
        } catch (ConversionException e) {
            throw new UsageException("--" + option.longName() + " does not take '" + option.value() + "'; write "
                    + CommandHelp.synopsis(option) + ".");
        }
    }

    private static int reportOther(Exception thrown, Complaints complaints) {
        Throwable cause = thrown;
        while (!isOurs(cause) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof UsageException || cause instanceof ConfigurationException) {
            return report(cause, OneShotRunner.USAGE, complaints);
        }
        if (cause instanceof CommandFailedException failed) {
            return report(failed, failed.exitCode(), complaints);
        }
        if (!isOurs(cause)) {
            LOG.error("This is a defect of Weir; please report it with the following lines.", thrown);
        }
        return report(cause, OneShotRunner.FAILED, complaints);
    }

    /// Whether the message is a sentence for the user.
    private static boolean isOurs(Throwable thrown) {
        return thrown.getClass().getName().startsWith("dev.weir.");
    }

    private static int report(Throwable thrown, int code, Complaints complaints) {
        if (thrown.getMessage() != null) {
            String sentence = thrown.getMessage();
            complaints.error(sentence + (sentence.endsWith(".") ? "" : "."));
        } else if (!(thrown instanceof CommandFailedException)) {
            complaints.error("unexpected " + thrown.getClass().getSimpleName() + ".");
        }
        return code;
    }
}
