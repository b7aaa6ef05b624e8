// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Asks the kernel about interfaces, routes and neighbours by rtnetlink(7), in the network namespace of the thread that opens
/// it. `/sys` and `/proc/net`, which `java.net.NetworkInterface` reads, show the namespace of another thread.
///
/// For one thread at a time; needs no privileges.
final class RouteSocket implements AutoCloseable {
    static final int GET_LINK = 18;
    static final int GET_ROUTE = 26;
    static final int GET_NEIGHBOUR = 30;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_MULTI = 2;
    private static final int NLM_F_DUMP = 0x300;
    private static final int HEADER = 16;
    private static final int ALIGNMENT = 4;
    private static final int RECEIVE_BYTES = 1 << 16;
    private static final int MORE = -1;

    private final int fd;

    private RouteSocket(int fd) {
        this.fd = fd;
    }

    static RouteSocket open() {
        int fd = Libc.openRouteSocket();
        if (fd < 0) {
            throw KernelException.of(-fd, "Cannot open an rtnetlink socket", "check the limit for open files");
        }
        return new RouteSocket(fd);
    }

    /// The kernel's answer.
    ///
    /// @param errno positive if it refused, else 0
    /// @param bodies the messages after their header, in the machine's byte order
    record Answer(int errno, List<ByteBuffer> bodies) {}

    /// Asks about one thing.
    Answer ask(int type, ByteBuffer body) {
        return exchange(type, NLM_F_REQUEST, body);
    }

    /// Asks for all there are.
    Answer list(int type, ByteBuffer body) {
        return exchange(type, NLM_F_REQUEST | NLM_F_DUMP, body);
    }

    private Answer exchange(int type, int flags, ByteBuffer body) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RECEIVE_BYTES, Long.BYTES);
            ByteBuffer message = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
            message.putInt(HEADER + body.remaining()).putShort((short) type).putShort((short) flags).putInt(0).putInt(0);
            message.put(body);
            check(Libc.send(fd, buffer.asSlice(0, message.position())));
            var bodies = new ArrayList<ByteBuffer>();
            while (true) {
                int received = (int) check(Libc.receive(fd, buffer));
                byte[] datagram = buffer.asSlice(0, received).toArray(ValueLayout.JAVA_BYTE);
                int errno = read(ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder()), bodies);
                if (errno != MORE) {
                    return new Answer(errno, bodies);
                }
            }
        }
    }

    /// @return positive errno or 0 at the end of the answer, [#MORE] if it goes on in another datagram
    static int read(ByteBuffer datagram, List<ByteBuffer> bodies) {
        while (datagram.remaining() >= HEADER) {
            int start = datagram.position();
            int length = datagram.getInt(start);
            int type = datagram.getShort(start + 4);
            int flags = datagram.getShort(start + 6);
            if (type == NLMSG_DONE) {
                return 0;
            }
            if (type == NLMSG_ERROR) {
                return -datagram.getInt(start + HEADER);
            }
            bodies.add(datagram.slice(start + HEADER, length - HEADER).order(ByteOrder.nativeOrder()));
            if ((flags & NLM_F_MULTI) == 0) {
                return 0;
            }
            datagram.position(Math.min(start + align(length), datagram.limit()));
        }
        return MORE;
    }

    static int align(int length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static long check(long result) {
        if (result < 0) {
            throw KernelException.of(
                    (int) -result, "Cannot ask the kernel for interfaces and routes", "check the memory left, and try again");
        }
        return result;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
