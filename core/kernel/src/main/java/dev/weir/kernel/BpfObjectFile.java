// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libbpf;
import dev.weir.kernel.ffi.LibbpfLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A BPF object as it is on disk: what programs and maps it has, before any of it is in the kernel. Needs libbpf, and
/// neither privileges nor a particular kernel.
///
/// For one thread at a time. [#load] takes the file's place: afterwards only the [LoadedObject] is to be closed.
public final class BpfObjectFile implements AutoCloseable {
    private static final int LOG_BYTES = 4 << 20;
    private static final Pattern REFUSED_PROGRAM = Pattern.compile("prog '([^']+)': BPF program load failed");
    private static final Pattern SUFFIX = Pattern.compile("(\\.bpf)?\\.o$");

    private final String name;
    private final long object;
    private final Arena arena;
    private final MemorySegment verifierLog;
    private boolean isClosed;

    private BpfObjectFile(String name, long object, Arena arena, MemorySegment verifierLog) {
        this.name = name;
        this.object = object;
        this.arena = arena;
        this.verifierLog = verifierLog;
    }

    /// Reads an object.
    ///
    /// @param elf the ELF file's bytes, as clang wrote them
    /// @param name what to call it in messages
    /// @return the object; close it, or load it
    /// @throws UnsupportedKernelException if libbpf is not installed
    /// @throws KernelException if it is no BPF object
    public static BpfObjectFile open(byte[] elf, String name) {
        String missing = LibbpfLibrary.missing();
        if (missing != null) {
            throw new UnsupportedKernelException(missing);
        }
        Arena arena = Arena.ofShared();
        MemorySegment bytes = arena.allocate(Math.max(elf.length, 1), Long.BYTES);
        MemorySegment.copy(elf, 0, bytes, ValueLayout.JAVA_BYTE, 0, elf.length);
        MemorySegment log = arena.allocate(LOG_BYTES);
        var opened = new long[1];
        List<String> messages = LibbpfLibrary.messagesOf(
                () -> opened[0] = Libbpf.open(bytes, SUFFIX.matcher(name).replaceFirst(""), log, arena));
        if (opened[0] < 0) {
            arena.close();
            int errno = (int) -opened[0];
            throw new KernelException(errno, "Cannot read " + name + " as a BPF object (" + Errno.describe(errno)
                    + lastOf(messages) + "); build it again with clang for the target bpf.");
        }
        return new BpfObjectFile(name, opened[0], arena, log);
    }

    /// Reads an object from the class path.
    ///
    /// @param path absolute: `/bpf/weir_ingress.bpf.o`
    /// @return the object; close it, or load it
    /// @throws UnsupportedKernelException if libbpf is not installed
    /// @throws KernelException if there is no such resource or it is no BPF object
    public static BpfObjectFile ofResource(String path) {
        return open(resource(path), path.substring(path.lastIndexOf('/') + 1));
    }

    /// The bytes of an object on the class path.
    ///
    /// @param path absolute: `/bpf/weir_ingress.bpf.o`
    /// @throws KernelException if there is no such resource
    public static byte[] resource(String path) {
        try (InputStream in = BpfObjectFile.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new KernelException(
                        Errno.ENOENT, "The class path has no " + path + "; build module bpf, and put its jar on the class path.");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path + " from the class path.", e);
        }
    }

    /// @return what to call it in messages
    public String name() {
        return name;
    }

    /// @return its programs, in the file's order
    public List<ProgramSpec> programs() {
        requireOpen();
        var programs = new ArrayList<ProgramSpec>();
        for (long p = Libbpf.nextProgram(object, 0); p != 0; p = Libbpf.nextProgram(object, p)) {
            programs.add(new ProgramSpec(Libbpf.programName(p), Libbpf.programSection(p)));
        }
        return programs;
    }

    /// @return its maps, in the file's order, with the sizes they would be made with
    public List<MapSpec> maps() {
        requireOpen();
        var maps = new ArrayList<MapSpec>();
        for (long m = Libbpf.nextMap(object, 0); m != 0; m = Libbpf.nextMap(object, m)) {
            maps.add(specOf(m));
        }
        return maps;
    }

    /// Gives an array an entry for each processor that the machine may ever have.
    ///
    /// @param mapName a map that programs look into with the number of their processor
    public BpfObjectFile resizeToProcessors(String mapName) {
        return resize(mapName, LibbpfLibrary.possibleCpus());
    }

    /// Changes how many entries a map will have.
    ///
    /// @param mapName the map
    /// @param maxEntries positive; bytes for a ring buffer, a power of two
    /// @return this
    /// @throws KernelException if there is no such map or libbpf refuses
    public BpfObjectFile resize(String mapName, int maxEntries) {
        requireOpen();
        for (long m = Libbpf.nextMap(object, 0); m != 0; m = Libbpf.nextMap(object, m)) {
            if (Libbpf.mapName(m).equals(mapName)) {
                int result = Libbpf.setMapMaxEntries(m, maxEntries);
                if (result < 0) {
                    throw KernelException.of(
                            -result, "Cannot give map " + mapName + " " + maxEntries + " entries", "choose another number");
                }
                return this;
            }
        }
        throw new KernelException(Errno.ENOENT, name + " has no map " + mapName + "; its maps are "
                + maps().stream().map(MapSpec::name).toList() + ".");
    }

    /// Shares the maps of an object that is in the kernel: every map that both have under the same name, data sections excepted.
    /// Each object has descriptors of its own, so a map lives as long as either object; [BpfMap]s and the memory they gave
    /// belong to the object that they were asked of. So whoever swaps programs for ever keeps the first object open, works
    /// with its maps, and closes every later one when its successor runs. The number of entries is that of the map in the
    /// kernel, whatever this file says.
    ///
    /// @param present the object in the kernel
    /// @return this
    /// @throws KernelException if a map of the same name is of another kind or size
    public BpfObjectFile reuse(LoadedObject present) {
        requireOpen();
        for (long m = Libbpf.nextMap(object, 0); m != 0; m = Libbpf.nextMap(object, m)) {
            MapSpec wanted = specOf(m);
            BpfMap map = wanted.name().contains(".") ? null : present.mapOrNull(wanted.name());
            if (map == null) {
                continue;
            }
            if (!wanted.isSameKind(map.spec())) {
                throw new KernelException(Errno.EINVAL, "Cannot share map " + wanted.name() + ": " + name + " declares "
                        + wanted.shape() + ", and that of " + present.name() + " has " + map.spec().shape()
                        + "; use objects of one version of Weir.");
            }
            int result = Libbpf.reuseMap(m, map.fd());
            if (result < 0) {
                throw KernelException.of(-result, "Cannot share map " + wanted.name(), "raise the limit of open files");
            }
        }
        return this;
    }

    /// Makes the maps and loads the programs. This file is closed then, whether it worked or not.
    ///
    /// @return what is in the kernel now
    /// @throws VerifierException if the verifier refuses a program
    /// @throws KernelException if something else fails, privileges for instance
    public LoadedObject load() {
        requireOpen();
        isClosed = true;
        try {
            var result = new AtomicInteger();
            List<String> messages = LibbpfLibrary.messagesOf(() -> result.set(Libbpf.load(object)));
            if (result.get() < 0) {
                KernelException failure = failure(-result.get(), messages);
                Libbpf.close(object);
                throw failure;
            }
            return new LoadedObject(name, object);
        } finally {
            arena.close();
        }
    }

    private KernelException failure(int errno, List<String> messages) {
        List<String> log = verifierLog.getString(0).lines().toList();
        for (String message : messages) {
            Matcher refused = REFUSED_PROGRAM.matcher(message);
            if (refused.find() && !log.isEmpty()) {
                return new VerifierException(refused.group(1), errno, log);
            }
        }
        if (Errno.isPrivilege(errno)) {
            return KernelException.of(errno, "Cannot load " + name + " into the kernel", "");
        }
        return new KernelException(errno, "Cannot load " + name + " into the kernel (" + Errno.describe(errno)
                + lastOf(messages) + "); use the object that belongs to this version of Weir, and Linux 6.6 or newer.");
    }

    private static String lastOf(List<String> messages) {
        return messages.isEmpty() ? "" : ", " + messages.getLast().strip();
    }

    static MapSpec specOf(long map) {
        return new MapSpec(
                Libbpf.mapName(map),
                MapType.of(Libbpf.mapType(map)),
                Libbpf.mapKeySize(map),
                Libbpf.mapValueSize(map),
                Libbpf.mapMaxEntries(map),
                Libbpf.mapFlags(map));
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException(name + " is loaded or closed already.");
        }
    }

    /// Frees it; does nothing once it is loaded.
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Libbpf.close(object);
            arena.close();
        }
    }
}
