// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;

/// What the relay has in the kernel.
///
/// @param programs its programs
/// @param maps its maps
/// @param devices the devices of its network namespace
public record KernelView(List<Program> programs, List<Table> maps, List<Device> devices) {
    /// A relay without a data plane.
    public static final KernelView NONE = new KernelView(List.of(), List.of(), List.of());

    /// A program.
    ///
    /// @param name of the C function
    /// @param id as `bpftool prog` shows it
    /// @param tag digest of its instructions, 16 hexadecimal digits
    /// @param verifiedInstructions that the verifier walked; it gives up at one million
    /// @param devices how many devices run it
    /// @param runs since it was loaded
    /// @param runNanos time of all runs
    public record Program(
            String name, int id, String tag, int verifiedInstructions, int devices, long runs, long runNanos) {}

    /// A map.
    ///
    /// @param name of the C variable
    /// @param type the kernel's kind of map
    /// @param entries in use; of an array all
    /// @param maxEntries room; bytes for a ring buffer
    /// @param keyBytes size of a key
    /// @param valueBytes size of a value, of one CPU's value in a per-CPU map
    public record Table(String name, String type, int entries, int maxEntries, int keyBytes, int valueBytes) {}

    /// A network device.
    ///
    /// @param index number
    /// @param name name
    /// @param isUp whether it is up
    /// @param isServed whether the program is attached to it
    /// @param mtu bytes
    public record Device(int index, String name, boolean isUp, boolean isServed, int mtu) {}
}
