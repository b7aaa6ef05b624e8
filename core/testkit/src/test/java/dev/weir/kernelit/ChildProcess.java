// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfStatistics;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.KernelFeatures;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.TcxAttachment;
import dev.weir.testkit.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Another JVM, to be killed, or to have fewer privileges; [#main] is what runs in it.
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        output = process.inputReader();
    }

    static ChildProcess start(NetworkNamespace namespace, String... arguments) throws IOException {
        return new ChildProcess(namespace.commandLine(java(List.of(), arguments).toArray(String[]::new)));
    }

    /// Still root, and without any capability.
    static ChildProcess startWithoutPrivileges(String... arguments) throws IOException {
        return new ChildProcess(java(
                List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"), arguments));
    }

    private static List<String> java(List<String> prefix, String... arguments) {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(ChildProcess.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /// Its next line; empty at its end.
    String line() throws IOException {
        return Objects.requireNonNullElse(output.readLine(), "");
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        output.close();
    }

    /// `hold <ifindex>` attaches a program and waits to be killed; `features` and `load` say what they say without privileges.
    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "hold" -> hold(Integer.parseInt(arguments[1]));
            case "features" -> System.out.println(KernelFeatures.explain());
            case "load" -> System.out.println(refusalOf(
                    () -> BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").load()));
            case "statistics" -> System.out.println(BpfStatistics.enable().isEnabled());
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void hold(int ifindex) throws InterruptedException {
        LoadedObject object = TestObject.load();
        TcxAttachment attachment = TcxAttachment.ingress(object.program("count_first"), ifindex);
        System.out.println(attachment.program().id());
        Thread.currentThread().join();
    }

    private static String refusalOf(Runnable action) {
        try {
            action.run();
            return "done";
        } catch (KernelException e) {
            return e.getMessage();
        }
    }
}
