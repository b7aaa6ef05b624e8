// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.LibbpfLibrary;
import dev.weir.kernel.ffi.LibbpfLinker;
import dev.weir.kernel.ffi.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;

/// Static linking of BPF objects in memory: strong functions of one take the place of weak ones of another. Needs libbpf
/// and neither privileges nor a particular kernel.
public final class BpfLinker {
    private BpfLinker() {}

    /// An object to link.
    ///
    /// @param name what to call it in messages
    /// @param elf its bytes
    public record Input(String name, byte[] elf) {}

    /// Links objects, the first one first. Nothing touches a disk: libbpf takes paths only, so the objects are files in memory.
    ///
    /// @return the linked object
    /// @throws UnsupportedKernelException if libbpf is not installed
    /// @throws KernelException with libbpf's reason if they do not go together: a function that two of them define, or one that is
    /// declared otherwise in another
    public static byte[] link(List<Input> inputs) {
        String missing = LibbpfLibrary.missing();
        if (missing != null) {
            throw new UnsupportedKernelException(missing);
        }
        var files = new ArrayList<Integer>();
        try {
            int result = memoryFile(files, "the result", new byte[0]);
            var paths = new ArrayList<String>();
            for (Input input : inputs) {
                paths.add(pathOf(memoryFile(files, input.name(), input.elf())));
            }
            var failed = new AtomicInteger(-1);
            var errno = new AtomicInteger();
            List<String> messages = LibbpfLibrary.messagesOf(
                    () -> errno.set(LibbpfLinker.link(pathOf(result), paths, failed)));
            if (errno.get() < 0) {
                throw failure(inputs, paths, failed.get(), -errno.get(), messages);
            }
            return Files.readAllBytes(Path.of(pathOf(result)));
        } catch (IOException e) {
            throw new UncheckedIOException("The linked BPF object cannot be read back from memory.", e);
        } finally {
            files.forEach(Libc::close);
        }
    }

    private static String pathOf(int fd) {
        return "/proc/self/fd/" + fd;
    }

    private static int memoryFile(List<Integer> files, String name, byte[] content) throws IOException {
        int fd = Libc.memoryFile("weir-link"); // not the input's name, which may be longer than the kernel takes
        if (fd < 0) {
            throw KernelException.of(-fd, "Cannot make a file in memory for " + name, "raise the limit of open files");
        }
        files.add(fd);
        Files.write(Path.of(pathOf(fd)), content);
        return fd;
    }

    private static KernelException failure(
            List<Input> inputs, List<String> paths, int failed, int errno, List<String> messages) {
        String name = failed >= 0 ? inputs.get(failed).name() : "the objects";
        String reason = messages.isEmpty() ? Errno.describe(errno) : messages.getLast().strip();
        for (int i = 0; i < paths.size(); i++) {
            reason = reason.replaceAll(
                    "'?" + paths.get(i) + "\\b'?", Matcher.quoteReplacement(inputs.get(i).name()));
        }
        return new KernelException(errno, "Cannot link " + name + " (" + reason
                + "); make its own functions static, and build it with the header of this version of Weir.");
    }
}
