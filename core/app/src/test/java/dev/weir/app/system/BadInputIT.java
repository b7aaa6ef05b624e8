// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a user gets wrong ends in one sentence with the remedy: exit code 1, or 2 for the command line.
class BadInputIT {
    @TempDir
    Path directory;

    @Test
    void noCommandAndUnknownCommand() {
        assertThat(Launcher.run().exitCode()).isEqualTo(2);
        assertSentence(Launcher.run("fly"), 2, "error: there is no command 'fly'");
    }

    @Test
    void unknownOptionAndWrongValue() {
        assertSentence(Launcher.run("serve", "--fly"), 2, "error: serve has no option --fly");
        assertSentence(Launcher.run("serve", "--lease", "soon"), 2, "error: --lease does not take 'soon'");
        assertSentence(Launcher.run("serve", "--path", "both"), 2, "error: --path does not take 'both'; write --path kernel|userspace|auto.");
        assertSentence(Launcher.run("serve", "--listen", "4433"), 2, "error: --listen: '4433' is no address to listen on");
    }

    /// CliReferenceTests knows the help of all commands.
    @Test
    void commandsOfOneWordAndOfTwoHaveHelp() {
        for (List<String> command : List.of(List.of("serve"), List.of("bench", "path"))) {
            var arguments = new ArrayList<>(command);
            arguments.add("--help");
            CommandResult help = Launcher.run(arguments.toArray(String[]::new));

            assertThat(help.exitCode()).as("%s", help).isZero();
            assertThat(help.output()).contains("Usage: ./weir " + String.join(" ", command) + " [OPTIONS]", "  --");
        }
    }

    @Test
    void busyPort() throws Exception {
        try (var socket = new DatagramSocket()) {
            int port = socket.getLocalPort();

            assertSentence(Launcher.run("serve", "--listen", ":" + port, "--path", "userspace"), 1, Integer.toString(port));
        }
    }

    @Test
    void unreadableCertificate() throws Exception {
        var files = DevelopmentCertificate.create().writePem(directory);

        assertSentence(Launcher.run("serve", "--certificate", directory.resolve("absent").toString(), "--key", files.key().toString()),
                1, "error: Cannot read the certificate");
        assertSentence(Launcher.run("serve", "--certificate", files.key().toString(), "--key", files.key().toString()),
                1, "error: ");
        assertSentence(Launcher.run("serve", "--certificate", files.certificate().toString()), 2, "error: --certificate and --key belong together");
    }

    @Test
    @RequiresRoot
    void missingPrivilegesForTheKernelPath() {
        CommandResult result = Launcher.runBehind(WITHOUT_PRIVILEGES, "serve", "--listen", "127.0.0.1:0", "--path", "kernel");

        assertSentence(result, 1, "error: ");
        assertThat(result.errors()).contains("CAP_BPF");
    }

    @Test
    @RequiresRoot
    void withoutPrivilegesTheRelayServesFromUserSpaceAndSaysWhy() throws Exception {
        try (var relay = WeirProcess.startBehind(WITHOUT_PRIVILEGES, "serve", "--listen", "127.0.0.1:0")) {
            assertThat(relay.awaitLine("ready ")).endsWith(" path userspace");
            assertThat(relay.lines()).anySatisfy(line -> assertThat(line).contains(" WARN ", "user space", "CAP_BPF"));
            relay.signal("TERM");
            assertThat(relay.exitCode()).isZero();
        }
    }

    @Test
    @RequiresRoot
    void missingMediaAndReportFolderEndTheDemoWithoutATrace() {
        assertSentence(Launcher.run("demo", "--media", directory.resolve("absent.mp4").toString()), 1, "error: Cannot read the media file");
        assertSentence(Launcher.run("demo", "--json", directory.resolve("no/report.json").toString()), 1, "error: Cannot write the report to");
        assertThat(CommandResult.of("ip", "netns", "list").output()).doesNotContain("weir-demo");
    }

    @Test
    void unknownRelayAndContradictingOptions() {
        assertSentence(Launcher.run("subscribe", "--relay", "nowhere.invalid:4433"), 1, "error: There is no host 'nowhere.invalid'");
        assertSentence(Launcher.run("publish", "--relay", "127.0.0.1", "--media", "x.mp4", "--rate", "5"), 2, "error: --media excludes --rate");
        assertSentence(Launcher.run("publish"), 2, "error: publish needs --relay TEXT");
    }

    @Test
    @RequiresRoot
    void statisticsIntoNoFolder() {
        assertSentence(Launcher.run("serve", "--listen", "127.0.0.1:0", "--path", "userspace", "--stats", directory.resolve("no/stats").toString()),
                1, "error: Cannot write the statistics to");
    }

    /// Still user 0, but without what BPF and network administration need.
    static final List<String> WITHOUT_PRIVILEGES =
            List.of("setpriv", "--bounding-set=-bpf,-net_admin,-sys_admin,-perfmon", "--inh-caps=-bpf,-net_admin,-sys_admin,-perfmon");

    private static void assertSentence(CommandResult result, int exitCode, String words) {
        assertThat(result.exitCode()).as("%s", result).isEqualTo(exitCode);
        assertThat(result.errors().lines().filter(line -> line.startsWith("error: ")))
                .as("%s", result)
                .singleElement()
                .satisfies(line -> assertThat(line).contains(words).endsWith("."));
        assertThat(result.errors()).doesNotContain("Exception", "\tat ");
    }
}
