// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libbpf;
import java.lang.foreign.Arena;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Programs and maps in the kernel. They stay there until this is closed, or the process ends; a program that a
/// [TcxAttachment] still holds goes on running until that is closed too, so close attachments first.
///
/// For any number of threads. After [#close] its maps and programs throw `IllegalStateException`, and so does access to
/// memory that [BpfMap#mmap] gave.
public final class LoadedObject implements AutoCloseable {
    private final String name;
    private final long object;
    private final Arena mappings = Arena.ofShared();
    private final Map<String, BpfProgram> programs = new LinkedHashMap<>();
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private volatile boolean isClosed;

    LoadedObject(String name, long object) {
        this.name = name;
        this.object = object;
        for (long p = Libbpf.nextProgram(object, 0); p != 0; p = Libbpf.nextProgram(object, p)) {
            String programName = Libbpf.programName(p);
            programs.put(programName, new BpfProgram(this, programName, Libbpf.programDescriptor(p)));
        }
        for (long m = Libbpf.nextMap(object, 0); m != 0; m = Libbpf.nextMap(object, m)) {
            MapSpec spec = BpfObjectFile.specOf(m);
            maps.put(spec.name(), new BpfMap(this, spec, Libbpf.mapDescriptor(m)));
        }
    }

    /// @return what to call it in messages
    public String name() {
        return name;
    }

    /// @param programName name of the C function
    /// @return the program
    /// @throws KernelException if there is none of that name
    public BpfProgram program(String programName) {
        BpfProgram program = programs.get(programName);
        if (program == null) {
            throw absent("program " + programName, programs.keySet());
        }
        return program;
    }

    /// @param mapName name of the C variable
    /// @return the map
    /// @throws KernelException if there is none of that name
    public BpfMap map(String mapName) {
        BpfMap map = maps.get(mapName);
        if (map == null) {
            throw absent("map " + mapName, maps.keySet());
        }
        return map;
    }

    @Nullable BpfMap mapOrNull(String mapName) {
        return maps.get(mapName);
    }

    private KernelException absent(String what, Collection<String> present) {
        return new KernelException(Errno.ENOENT, name + " has no " + what + ", it has " + present
                + "; use the object that belongs to this version of Weir.");
    }

    /// @return all programs, in the file's order
    public Collection<BpfProgram> programs() {
        return Collections.unmodifiableCollection(programs.values());
    }

    /// @return all maps, in the file's order
    public Collection<BpfMap> maps() {
        return Collections.unmodifiableCollection(maps.values());
    }

    Arena mappings() {
        return mappings;
    }

    void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException(name + " is closed: its programs and maps are gone.");
        }
    }

    /// Takes the object out of the kernel.
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        mappings.close();
        Libbpf.close(object);
    }
}
