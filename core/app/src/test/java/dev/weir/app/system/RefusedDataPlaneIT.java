// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.control.ControlClient;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A relay whose own program the verifier refuses serves from user space, and has the verifier's words for whoever asks.
@RequiresRoot
@RequiresBpf
class RefusedDataPlaneIT {
    private static final String OBJECT = "bpf/weir_ingress.bpf.o";
    private static final String SECTION = "tc";
    /// No instruction of BPF.
    private static final byte BAD = (byte) 0xff;

    @TempDir
    Path folder;

    /// The data plane's object with another first instruction, before the real one on the class path.
    private void breakObject() throws Exception {
        Path object = folder.resolve(OBJECT);
        Files.createDirectories(object.getParent());
        try (InputStream original = BpfObjectFile.class.getResourceAsStream("/" + OBJECT)) {
            Files.copy(original, object);
        }
        Path code = folder.resolve("code");
        CommandResult.of("llvm-objcopy-19", "--dump-section", SECTION + "=" + code, object.toString()).orThrow();
        byte[] instructions = Files.readAllBytes(code);
        instructions[0] = BAD;
        Files.write(code, instructions);
        CommandResult.of("llvm-objcopy-19", "--update-section", SECTION + "=" + code, object.toString()).orThrow();
    }

    @Test
    void keepsWhatTheVerifierSaid() throws Exception {
        breakObject();
        Path control = folder.resolve("control.sock");
        try (NetworkNamespace namespace = NetworkNamespace.create("wt5-refused")) {
            namespace.exec("ip", "link", "set", "lo", "up").orThrow();
            var command = new ArrayList<>(namespace.commandLine());
            command.addAll(List.of("env", "WEIR_JAVA_OPTIONS=-Xbootclasspath/a:" + folder, Launcher.script(), "serve", "--listen", "127.0.0.1:4433",
                    "--control", control.toString()));
            try (WeirProcess relay = WeirProcess.run(command)) {
                assertThat(relay.awaitLine("ready ")).endsWith("path userspace");
                String log = ControlClient.call(control, "bpf log", Map.of()).path("dataPlane").asString();
                assertThat(log).contains("unknown opcode ff");
                CommandResult shown = Launcher.run("bpf", "log", "--relay-control", control.toString());
                assertThat(shown.output()).startsWith("==== the data plane").contains(log.lines().toList());
            }
        }
    }
}
