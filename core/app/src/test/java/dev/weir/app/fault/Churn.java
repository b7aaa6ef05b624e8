// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Subscribers that connect, subscribe, get an object, and leave, in every manner in turn, several at a time. Between them
/// handshakes are begun that nobody goes on with.
final class Churn implements AutoCloseable {
    private static final int AT_A_TIME = 4;
    private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(2L * ChurnIT.IDLE_SECONDS);

    private final MediaBed bed;
    private final PeerLoop loop = new PeerLoop("churn");
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    private final Deque<CutOff> cutOff = new ArrayDeque<>();

    private record CutOff(SubscriberPeer peer, long sinceNanos) {}

    Churn(MediaBed bed) {
        this.bed = bed;
    }

    /// @param cycles how many subscribers come and go
    void run(int cycles) throws Exception {
        var next = new AtomicInteger();
        var workers = new ArrayList<Future<?>>();
        for (int i = 0; i < AT_A_TIME; i++) {
            workers.add(threads.submit((Callable<Void>) () -> {
                for (int cycle = next.getAndIncrement(); cycle < cycles; cycle = next.getAndIncrement()) {
                    cycle(cycle);
                }
                return null;
            }));
        }
        for (Future<?> worker : workers) {
            worker.get();
        }
    }

    private void cycle(int number) throws Exception {
        Departure[] manners = Departure.values();
        Departure manner = manners[number % manners.length];
        DeliveryMode mode = DeliveryMode.values()[number / manners.length % 2];
        List<Host> hosts = bed.hosts();
        Host host = hosts.get(number % hosts.size());
        if (manner == Departure.CLOSED) {
            host.namespace().run(() -> SubscriberPeer.abandonHandshake(loop, bed.options(host)));
        }
        SubscriberPeer peer = MediaBed.subscriber(host, loop, bed.options(host), mode, null);
        peer.subscribe();
        bed.awaitObject(peer);
        manner.leave(peer);
        if (manner == Departure.CUT_OFF) {
            keep(peer);
        }
        closeOld();
    }

    private synchronized void keep(SubscriberPeer peer) {
        cutOff.add(new CutOff(peer, System.nanoTime()));
    }

    /// Closes the sockets of those whom the relay must have given up.
    private void closeOld() {
        for (CutOff old = pollOld(); old != null; old = pollOld()) {
            old.peer.close();
        }
    }

    private synchronized CutOff pollOld() {
        CutOff first = cutOff.peek();
        return first != null && System.nanoTime() - first.sinceNanos > CUT_OFF_NANOS ? cutOff.poll() : null;
    }

    @Override
    public void close() {
        cutOff.forEach(old -> old.peer.close());
        threads.shutdownNow();
        loop.close();
    }
}
