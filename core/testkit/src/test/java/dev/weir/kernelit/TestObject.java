// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Compiles the C sources beside these tests, once each, with the clang that builds the data plane.
final class TestObject {
    private static final Path INCLUDES = Path.of("..", "..", "bpf", "src", "main", "bpf", "include");
    private static final int ETHERNET = 14;
    private static final Map<String, byte[]> COMPILED = new ConcurrentHashMap<>();

    private TestObject() {}

    static LoadedObject load() {
        return file("kernelit").load();
    }

    static BpfObjectFile file(String name) {
        return BpfObjectFile.open(bytes(name), name + ".bpf.o");
    }

    /// @param macros what the source may define otherwise: "ANSWER=2"
    static byte[] bytes(String name, String... macros) {
        return COMPILED.computeIfAbsent(name + List.of(macros), _ -> compile(name, macros)).clone();
    }

    private static byte[] compile(String name, String... macros) {
        try {
            Path directory = Files.createTempDirectory("weir-" + name);
            Path source = directory.resolve(name + ".bpf.c");
            Path header = directory.resolve("link.h");
            Path object = directory.resolve(name + ".bpf.o");
            for (Path file : List.of(source, header)) {
                String resource = file.getFileName().toString();
                try (InputStream in = Objects.requireNonNull(TestObject.class.getResourceAsStream(resource))) {
                    Files.copy(in, file);
                }
            }
            var command = new ArrayList<>(List.of(
                    System.getProperty("clang", "clang-19"), "-O2", "-g", "-Wall", "-Werror", "-target", "bpf", "-mcpu=v3"));
            Stream.of(macros).map(macro -> "-D" + macro).forEach(command::add);
            command.addAll(List.of("-I" + INCLUDES, "-c", source.toString(), "-o", object.toString()));
            var clang = new ProcessBuilder(command).redirectErrorStream(true).start();
            String words = new String(clang.getInputStream().readAllBytes());
            if (clang.waitFor() != 0) {
                throw new AssertionError("clang refuses " + name + ".bpf.c: " + words);
            }
            byte[] elf = Files.readAllBytes(object);
            Files.delete(source);
            Files.delete(header);
            Files.delete(object);
            Files.delete(directory);
            return elf;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("Cannot compile " + name + ".bpf.c", e);
        }
    }

    /// An Ethernet packet of no protocol whose payload is these numbers, in the machine's byte order.
    static byte[] packet(int... words) {
        ByteBuffer packet = ByteBuffer.allocate(ETHERNET + 64).order(ByteOrder.nativeOrder()).position(ETHERNET);
        for (int word : words) {
            packet.putInt(word);
        }
        return packet.array();
    }

    /// One of the numbers of a packet.
    static int word(byte[] packet, int index) {
        return ByteBuffer.wrap(packet).order(ByteOrder.nativeOrder()).getInt(ETHERNET + Integer.BYTES * index);
    }
}
