// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.server.impl; // the filters and ServerConnectionImpl's parser are package-private in Kwik 0.10.9

import dev.weir.quic.kwik.SteadyClock;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.impl.TransportError;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.DatagramFilter;
import tech.kwik.core.packet.DatagramParserFilter;
import tech.kwik.core.packet.DatagramPostProcessingFilter;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;

/// Processes the datagrams of one connection in order, on threads that all connections share. Kwik's own proxy has a
/// thread for each connection, so that every ACK of every subscriber wakes a sleeping thread; shared threads are awake
/// already when there is much to do.
public final class SharedThreadConnection implements ServerConnectionProxy {
    /// Datagrams processed before another connection has its turn.
    private static final int TURN = 32;

    private record Received(int number, Instant time, ByteBuffer data, InetSocketAddress source) {}

    private final ServerConnectionImpl connection;
    private final Executor threads;
    private final Logger log;
    private final Queue<Received> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final PacketMetaData initialMetaData;
    private @Nullable DatagramFilter chain;
    private volatile boolean over;

    /// @param threads where datagrams are processed
    /// @param initialPackets packets that arrived before the connection was made
    /// @param rest what follows them in their datagram
    public SharedThreadConnection(
            Executor threads,
            ServerConnectionImpl connection,
            @Nullable List<InitialPacket> initialPackets,
            ByteBuffer rest,
            PacketMetaData initialMetaData,
            Logger log) {
        this.threads = threads;
        this.connection = connection;
        this.initialMetaData = new PacketMetaData(
                new PacketMetaData(SteadyClock.now(), initialMetaData.sourceAddress(), initialMetaData.datagramNumber()),
                initialMetaData.moreDataInDatagram());
        this.log = log;
        waiting.incrementAndGet(); // nothing is processed before what came first
        threads.execute(() -> begin(initialPackets == null ? List.of() : initialPackets, rest));
    }

    private void begin(List<InitialPacket> initialPackets, ByteBuffer rest) {
        guarded(() -> {
            for (InitialPacket packet : initialPackets) {
                connection.getPacketProcessorChain().processPacket(packet, initialMetaData);
            }
            DatagramFilter filters = filters();
            chain = filters;
            if (rest.hasRemaining()) {
                // The whole datagram was counted against the amplification limit with its first packet.
                connection.increaseAntiAmplificationLimit(-rest.remaining());
                filters.processDatagram(rest.slice(), initialMetaData);
            }
        });
        if (waiting.decrementAndGet() > 0) {
            threads.execute(this::turn);
        }
    }

    private DatagramFilter filters() {
        return new AntiAmplificationTrackingFilter(
                connection::increaseAntiAmplificationLimit,
                new ClientAddressFilter(
                        initialMetaData.sourceAddress(),
                        log,
                        new ClientInitialScidFilter(
                                connection.getDestinationConnectionId(),
                                log,
                                new InitialPacketMinimumSizeFilter(
                                        log,
                                        new DatagramPostProcessingFilter(
                                                connection::datagramProcessed,
                                                log,
                                                new DatagramParserFilter(connection.createParser()))))));
    }

    private void turn() {
        for (int i = 0; i < TURN; i++) {
            Received received = queue.poll();
            if (received != null && !over) {
                var metaData = new PacketMetaData(received.time, received.source, received.number);
                guarded(() -> {
                    if (chain != null) {
                        chain.processDatagram(received.data, metaData);
                    }
                });
            }
            if (waiting.decrementAndGet() == 0) {
                return;
            }
        }
        threads.execute(this::turn);
    }

    private interface Step {
        void run() throws TransportError;
    }

    private void guarded(Step step) {
        try {
            step.run();
        } catch (TransportError e) {
            connection.connectionError(e);
        } catch (RuntimeException | Error e) {
            over = true;
            connection.abortConnection(e);
        }
    }

    /// @param time of the machine's clock, as Kwik's receiver takes it; round trips are measured with ours
    @Override
    public void parsePackets(int number, Instant time, ByteBuffer data, InetSocketAddress source) {
        queue.add(new Received(number, SteadyClock.now(), data, source));
        if (waiting.getAndIncrement() == 0) {
            threads.execute(this::turn);
        }
    }

    @Override
    public byte[] getOriginalDestinationConnectionId() {
        return connection.getOriginalDestinationConnectionId();
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    @Override
    public void closeConnection() {
        connection.close();
    }

    @Override
    public void dispose() {
        over = true;
    }
}
