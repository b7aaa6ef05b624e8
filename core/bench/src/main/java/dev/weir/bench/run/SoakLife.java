// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.SinkSockets;
import dev.weir.spi.DeliveryMode;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// One relay process of a soak, from its start to its end, and everybody who is connected to it.
final class SoakLife implements AutoCloseable {
    private static final int IDLE_SECONDS = 10;
    private static final String IDLE_TIMEOUT = "WEIR_IDLE_TIMEOUT=" + IDLE_SECONDS + "s";
    /// Who has all waits in silence: the relay's books must be read before it gives up such a connection, and the connection's name with it.
    private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(IDLE_SECONDS / 2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final FanOutRun.Bed bed;
    private final SoakLedger ledger;
    private final RelayBooks books;
    private final Path socket;
    private final Workspace workspace = new Workspace();
    final RelayProcess relay;
    final SoakNetwork network;
    final SoakVisitors visitors;
    final SoakOffenders offenders;
    private final Map<DeliveryMode, SoakTrack> tracks = new EnumMap<>(DeliveryMode.class);

    /// Starts the relay, the publishers and the residents.
    ///
    /// @param number of lives before this one
    SoakLife(FanOutRun.Bed bed, SoakOptions options, SoakLedger ledger, RelayBooks books, int number) {
        this.bed = bed;
        this.ledger = ledger;
        this.books = books;
        try {
            socket = workspace.folder().resolve("control.sock");
            relay = workspace.keep(RelayProcess.start(bed.topology().relay().commandLine("env", IDLE_TIMEOUT), options.path(),
                    bed.certificates().certificate(), bed.certificates().key(), workspace.folder(), "--control", socket.toString()));
            network = workspace.keep(new SoakNetwork(bed.topology(), options.seed() + number));
            PeerLoop loop = workspace.keep(new PeerLoop("soak"));
            for (DeliveryMode mode : DeliveryMode.values()) {
                tracks.put(mode, workspace.keep(new SoakTrack(network, bed, loop, mode, options)));
            }
            visitors = workspace.keep(new SoakVisitors(tracks, ledger));
            offenders = workspace.keep(new SoakOffenders(network.visitorHost(), ledger));
        } catch (RuntimeException e) {
            workspace.close();
            throw e;
        }
    }

    Path socket() {
        return socket;
    }

    Map<DeliveryMode, SoakTrack> tracks() {
        return tracks;
    }

    SoakTrack track(DeliveryMode mode) {
        SoakTrack track = tracks.get(mode);
        if (track == null) {
            throw new BenchException("There is no track for " + mode + ".");
        }
        return track;
    }

    /// The relay is killed. What came until then is right, as far as it goes.
    void kill() {
        network.calm();
        visitors.close();
        offenders.end(false);
        relay.kill();
        tracks.values().forEach(track -> track.cutShort(ledger));
        ledger.network(network.figures());
        workspace.close();
    }

    /// Everybody leaves; what came is entered into the ledger, and so is what the relay says of itself before and after.
    void finish() {
        network.calm();
        workspace.release(visitors);
        offenders.end(false);
        SoakTrack datagrams = track(DeliveryMode.DATAGRAM);
        tracks.values().forEach(track -> track.awaitEnd(ledger));
        // A datagram may come later than the message that says that the track is over.
        long deadline = System.nanoTime() + LAST_NANOS;
        RelayBooks.Audit audit = books.audit(socket);
        while (!datagrams.isComplete(audit.dropped()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            audit = books.audit(socket);
        }
        ledger.audit(audit);
        long overflow = Subscribers.inside(bed.topology().publisher(), SoakLife::dropsOfAll) + relaySocketDrops();
        for (SoakTrack track : tracks.values()) {
            track.finish(ledger, audit, overflow);
        }
        ledger.network(network.figures());
    }

    static long dropsOfAll() {
        return SinkSockets.dropsByPort().values().stream().mapToLong(Long::longValue).sum();
    }

    private long relaySocketDrops() {
        try {
            return bed.topology().relay().call(SinkSockets::dropsByPort).getOrDefault(RelayProcess.PORT, 0L);
        } catch (Exception e) {
            throw new BenchException("Cannot look at the relay's socket (" + e.getMessage() + "); run as root.", e);
        }
    }

    @Override
    public void close() {
        workspace.close();
    }
}
