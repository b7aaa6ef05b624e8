// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.AppVersion;
import java.io.PrintWriter;
import java.util.List;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.stereotype.Component;

/// Runs the one command of the argument vector and keeps the exit code of the process. (Spring Shell's own runner prints stack
/// traces and returns 0 for errors that it only logs.)
@Component
public class OneShotRunner implements ApplicationRunner, ExitCodeGenerator {
    static final int DONE = 0;
    static final int FAILED = 1;
    /// Exit code for wrong arguments or a wrong configuration.
    public static final int USAGE = 2;

    private final CommandRegistry registry;
    private final LineRunner runner;
    private int exitCode = FAILED;

    OneShotRunner(CommandRegistry registry, LineRunner runner) {
        this.registry = registry;
        this.runner = runner;
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
        if (arguments.equals(List.of("--version")) || arguments.equals(List.of("-V"))) {
            output.println(AppVersion.text());
            return DONE;
        }
        return runner.run(arguments, registry, output, sentence -> System.err.println("error: " + sentence));
    }
}
