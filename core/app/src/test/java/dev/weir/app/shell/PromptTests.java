// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.app.control.ControlServer;
import dev.weir.engine.PathMode;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.shell.core.command.AbstractCommand;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ExitStatus;

/// Completion, help and scripts, with commands that are made here and a control socket that answers.
class PromptTests {
    @TempDir
    Path folder;

    private final CommandRegistry registry = new CommandRegistry();
    private final List<String> ran = new ArrayList<>();
    private ControlServer server;
    private PromptCommands commands;

    @BeforeEach
    void start() {
        Path socket = folder.resolve("relay.sock");
        server = ControlServer.start(socket, Map.of(
                "track list", arguments -> Map.of("tracks", List.of(Map.of("name", "live/cam1"), Map.of("name", "live/cam2"))),
                "class list", arguments -> Map.of("classes", List.of("default", "mobile"))));
        add("mode set", option("mode", PathMode.class, true), option("track", String.class, false), option("relay-control", Path.class, false));
        add("mode show", option("relay-control", Path.class, false));
        add("subscriber class set", option("subscriber", Integer.class, true), option("class", String.class, true));
        add("serve");
        commands = new PromptCommands(new LineRunner(new ShellConfiguration().optionConversions()), registry, socket);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void add(String name, CommandOption... options) {
        var command = new AbstractCommand(name, "Does " + name, "Group", "", false) {
            @Override
            public ExitStatus doExecute(CommandContext context) {
                ran.add(name + " " + context.parsedInput().options().stream().map(CommandOption::longName).toList());
                return ExitStatus.OK;
            }
        };
        command.setOptions(List.of(options));
        registry.registerCommand(command);
    }

    private static CommandOption option(String name, Class<?> type, boolean required) {
        return CommandOption.with().longName(name).type(type).description("the " + name).required(required).build();
    }

    private List<String> completions(String line) {
        ParsedLine parsed = new DefaultParser().parse(line, line.length(), Parser.ParseContext.COMPLETE);
        var candidates = new ArrayList<Candidate>();
        new PromptCompleter(commands, new RelayValues(commands.control())).complete(null, parsed, candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    @Test
    void completesCommandsWordByWord() {
        assertThat(completions("")).containsExactly("mode", "subscriber", "help", "history", "clear", "exit");
        assertThat(completions("mode ")).containsExactly("set", "show");
        assertThat(completions("subscriber class ")).containsExactly("set");
        assertThat(completions("help mode ")).containsExactly("set", "show");
        assertThat(completions("fly ")).isEmpty();
    }

    @Test
    void completesOptionsAndValuesThatTheRelayKnows() {
        assertThat(completions("mode set ")).containsExactly("kernel", "userspace", "auto", "--mode", "--track");
        assertThat(completions("mode set auto ")).containsExactly("--track");
        assertThat(completions("mode set auto --track ")).containsExactly("live/cam1", "live/cam2");
        assertThat(completions("mode set auto --track=")).containsExactly("--track=live/cam1", "--track=live/cam2");
        assertThat(completions("mode set auto --track live/cam1 ")).isEmpty();
        assertThat(completions("subscriber class set 7 ")).containsExactly("default", "mobile", "--class");
        server.close();
        assertThat(completions("mode set auto --track ")).as("nobody answers").isEmpty();
    }

    @Test
    void completesTheNamesOfFiles() throws Exception {
        add("policy load", option("jar", Path.class, true));
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.createFile(inner.resolve("one.jar"));
        Files.createFile(inner.resolve(".hidden"));
        Files.createDirectory(inner.resolve("two"));

        assertThat(completions("policy load " + folder + "/in")).contains(inner + "/");
        assertThat(completions("policy load " + inner + "/")).containsExactly(inner + "/one.jar", inner + "/two/", "--jar");
        assertThat(completions("policy load --jar=" + inner + "/o")).contains("--jar=" + inner + "/one.jar");
        assertThat(completions("policy load --jar " + inner + "/.")).containsExactly(inner + "/.hidden", inner + "/one.jar", inner + "/two/");
        assertThat(completions("policy load --jar ")).as("of this folder").contains("pom.xml", "src/");
        assertThat(completions("policy load /no/such/")).containsExactly("--jar");
    }

    private String script(String text) {
        var output = new StringWriter();
        new Script(commands, "evening.weir").run(new BufferedReader(new StringReader(text)), new PrintWriter(output, true));
        return output.toString();
    }

    @Test
    void aScriptRunsItsLinesOnTheRelay() {
        script("# first\n\nmode show\nmode set auto --relay-control /other\nexit\nmode show\n");

        assertThat(ran).containsExactly("mode show [relay-control]", "mode set [mode, relay-control]");
    }

    @Test
    void aScriptEndsAtItsFirstErrorWithLineAndCode() {
        assertThatThrownBy(() -> script("mode show\n# x\nmode set fast\nmode show\n"))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessage("evening.weir line 3: --mode does not take 'fast'; write --mode kernel|userspace|auto.");
        assertThat(ran).hasSize(1);
        assertThatThrownBy(() -> script("mode 'show\n")).hasMessageStartingWith("evening.weir line 1: A quote is not closed");
        assertThatThrownBy(() -> script("serve\n")).hasMessageContaining("'serve' is no command of the prompt");
    }

    @Test
    void helpListsAndExplains() {
        assertThat(script("help")).contains("Group", "mode set", "Does mode set").doesNotContain("serve");
        assertThat(script("help mode")).contains("mode set", "mode show").doesNotContain("subscriber");
        assertThat(script("mode --help")).contains("mode set", "mode show").doesNotContain("subscriber");
        assertThat(script("help mode set")).contains("Usage: mode set [OPTIONS]", "--track TEXT", "Examples:").doesNotContain("./weir");
    }

    @Test
    void theHistoryIsWhereTheXdgSpecificationWantsIt() {
        assertThat(Prompt.historyFile(Map.of("XDG_STATE_HOME", "/state", "HOME", "/home/a"))).hasToString("/state/weir/history");
        assertThat(Prompt.historyFile(Map.of("HOME", "/home/a"))).hasToString("/home/a/.local/state/weir/history");
    }
}
