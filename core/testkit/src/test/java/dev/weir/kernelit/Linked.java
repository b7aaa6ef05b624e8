// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfLinker;
import dev.weir.kernel.BpfLinker.Input;
import dev.weir.kernel.BpfObjectFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Links `linkhook.bpf.c` into slots of `linkcore.bpf.c`.
final class Linked {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Linked() {}

    static Input core(String... macros) {
        return new Input("core", TestObject.bytes("linkcore", macros));
    }

    static Input hook(int slot, String... macros) {
        byte[] object = TestObject.bytes("linkhook", macros);
        return new Input("hook " + slot, BpfElf.read(object, "hook").withSlot(slot));
    }

    static byte[] link(Input first, Input... others) {
        var inputs = new ArrayList<>(List.of(first));
        inputs.addAll(List.of(others));
        return BpfLinker.link(inputs);
    }

    static BpfObjectFile file(Input first, Input... others) {
        return BpfObjectFile.open(link(first, others), "linked.bpf.o");
    }

    /// Open descriptors of this process for anonymous files in memory, BPF objects and BPF links: what the kernel module opens
    /// (a JVM opens jars and sockets whenever it likes).
    static List<String> descriptors() {
        try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
            return entries.flatMap(Linked::target)
                    .filter(target -> target.startsWith("/memfd:weir") || target.startsWith("anon_inode:bpf"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return Stream.empty(); // closed meanwhile: the listing's own descriptor
        }
    }
}
