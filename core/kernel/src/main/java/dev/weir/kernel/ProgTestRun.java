// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.kernel.ffi.LibbpfCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs a program on a packet of the caller's, without a network (BPF_PROG_TEST_RUN). What the program does to its maps and
/// to other interfaces is real.
public final class ProgTestRun {
    /// The packet may come out longer than it went in by this many bytes.
    private static final int GROWTH = 2048;
    private static final int SHORTEST = 14;

    private ProgTestRun() {}

    /// What surrounds the packet, as the program sees it in `struct __sk_buff`.
    ///
    /// @param ifindex interface that the packet seems to be on; 0: the loopback interface
    /// @param ingressIfindex interface it seems to have come in by; 0: none
    /// @param mark the packet's mark
    /// @param gsoSize payload bytes of a segment; 0: no super-packet
    /// @param gsoSegments number of segments of a super-packet
    public record TestContext(int ifindex, int ingressIfindex, int mark, int gsoSize, int gsoSegments) {
        /// A packet on the loopback interface.
        public static final TestContext LOOPBACK = new TestContext(0, 0, 0, 0, 0);

        private static final long SK_BUFF_BYTES = 192;
        private static final long MARK = 8;
        private static final long INGRESS_IFINDEX = 36;
        private static final long IFINDEX = 40;
        private static final long GSO_SEGMENTS = 164;
        private static final long GSO_SIZE = 176;

        /// @param ifindex interface that the packet seems to be on
        /// @return an ordinary packet
        public static TestContext of(int ifindex) {
            return new TestContext(ifindex, 0, 0, 0, 0);
        }

        private MemorySegment write(Arena arena) {
            MemorySegment buffer = arena.allocate(SK_BUFF_BYTES, Long.BYTES);
            buffer.set(JAVA_INT, MARK, mark);
            buffer.set(JAVA_INT, INGRESS_IFINDEX, ingressIfindex);
            buffer.set(JAVA_INT, IFINDEX, ifindex);
            buffer.set(JAVA_INT, GSO_SEGMENTS, gsoSegments);
            buffer.set(JAVA_INT, GSO_SIZE, gsoSize);
            return buffer;
        }
    }

    /// How it went.
    ///
    /// @param returnValue what the program returned, of the last run
    /// @param dataOut the packet after the last run
    /// @param durationNanos average time of a run, nanoseconds
    public record Result(int returnValue, byte[] dataOut, long durationNanos) {}

    /// Runs a program.
    ///
    /// @param program the program
    /// @param packet from the Ethernet header on, 14 bytes or more
    /// @param context what surrounds it
    /// @param repeat number of runs, at least 1; each starts with what the run before it left of the packet
    /// @return how it went
    /// @throws KernelException if the kernel cannot run it
    public static Result run(BpfProgram program, byte[] packet, TestContext context, int repeat) {
        if (packet.length < SHORTEST) {
            throw new IllegalArgumentException("A test packet has an Ethernet header of " + SHORTEST + " bytes; this one has "
                    + packet.length + ".");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(packet.length);
            MemorySegment.copy(packet, 0, in, ValueLayout.JAVA_BYTE, 0, packet.length);
            MemorySegment out = arena.allocate(packet.length + GROWTH);
            MemorySegment surroundings = context.write(arena);
            MemorySegment options = arena.allocate(LibbpfCalls.TEST_RUN_OPTIONS);
            options.set(JAVA_LONG, offset("sz"), options.byteSize());
            options.set(ADDRESS, offset("data_in"), in);
            options.set(JAVA_INT, offset("data_size_in"), packet.length);
            options.set(ADDRESS, offset("data_out"), out);
            options.set(JAVA_INT, offset("data_size_out"), (int) out.byteSize());
            options.set(ADDRESS, offset("ctx_in"), surroundings);
            options.set(JAVA_INT, offset("ctx_size_in"), (int) surroundings.byteSize());
            options.set(JAVA_INT, offset("repeat"), repeat);
            int result = LibbpfCalls.testRun(program.fd(), options);
            if (result < 0) {
                throw KernelException.of(
                        -result,
                        "Cannot test-run program " + program.name() + " on " + packet.length + " bytes",
                        "check the packet's length and the interface of the context");
            }
            byte[] packetOut = out.asSlice(0, options.get(JAVA_INT, offset("data_size_out"))).toArray(ValueLayout.JAVA_BYTE);
            return new Result(
                    options.get(JAVA_INT, offset("retval")), packetOut, options.get(JAVA_INT, offset("duration")));
        }
    }

    private static long offset(String field) {
        return LibbpfCalls.TEST_RUN_OPTIONS.byteOffset(PathElement.groupElement(field));
    }
}
