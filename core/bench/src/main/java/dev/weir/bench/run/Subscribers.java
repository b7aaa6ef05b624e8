// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.SinkSockets;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.testkit.Host;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All subscribers of a run: on one event loop, spread over the hosts of a topology, some by IPv4 and some by IPv6.
final class Subscribers implements AutoCloseable {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final PeerLoop loop = new PeerLoop("subscribers");
    private final List<Member> members = new ArrayList<>();

    /// A subscriber and where it is.
    ///
    /// @param peer the connected subscriber
    /// @param host its host
    record Member(SubscriberPeer peer, Host host) {
        /// The address and port, as in reports.
        String address() {
            return format(peer.localAddress());
        }
    }

    /// How subscribers reach the relay.
    ///
    /// @param trust which relay
    /// @param keyLogs folder for a key log per subscriber; null: none
    /// @param paths what takes time on the way; null: nothing
    /// @param arrivals watches objects arrive; null: nobody does
    record Access(Trust trust, @Nullable Path keyLogs, @Nullable DelayedPaths paths, @Nullable ArrivalLog arrivals) {
        PeerOptions options(int number, Host host, boolean ipv6) {
            InetAddress relay = ipv6 ? host.relayIpv6() : host.relayIpv4();
            Path keyLog = keyLogs == null ? null : keyLogs.resolve(name(number) + ".keys");
            var address = paths == null ? new InetSocketAddress(relay, RelayProcess.PORT) : paths.relaySeenFrom(host);
            return PeerOptions.of(address, trust).withKeyLog(keyLog);
        }

        SubscriberPeer.Request own(SubscriberPeer.Request request, int number) {
            SubscriberPeer.Request own = number == 0 ? request : request.withoutOutput();
            return arrivals == null ? own : own.withArrivals(arrivals.subscriber());
        }
    }

    /// Connects and subscribes all, one after the other.
    ///
    /// @param request what to subscribe to; only the first writes its content to the file
    static Subscribers connect(List<Host> hosts, int count, SubscriberPeer.Request request, Access access) {
        var subscribers = new Subscribers();
        try {
            for (int number = 0; number < count; number++) {
                Host host = hosts.get(number % hosts.size());
                PeerOptions options = access.options(number, host, number / hosts.size() % 2 != 0);
                SubscriberPeer.Request own = access.own(request, number);
                SubscriberPeer peer = inside(host, () -> SubscriberPeer.connect(subscribers.loop, options, own));
                subscribers.members.add(new Member(peer, host));
                peer.subscribe();
            }
            return subscribers;
        } catch (RuntimeException e) {
            subscribers.close();
            throw e;
        }
    }

    /// An address and port as people write them.
    static String format(InetSocketAddress address) {
        String plain = address.getAddress().getHostAddress().replaceFirst("%.*", "").replaceFirst("(:0)+:", "::");
        return (plain.contains(":") ? "[" + plain + "]" : plain) + ":" + address.getPort();
    }

    /// The name of a subscriber's files.
    static String name(int number) {
        return "subscriber-%02d".formatted(number);
    }

    static <T> T inside(Host host, Callable<T> task) {
        try {
            return host.namespace().call(task);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new BenchException("Cannot work inside the network namespace " + host.namespace() + " (" + e.getMessage()
                    + "); run as root.", e);
        }
    }

    List<Member> members() {
        return List.copyOf(members);
    }

    /// The fewest objects that any has received.
    long fewestReceived() {
        return members.stream().mapToLong(member -> member.peer().received()).min().orElse(0);
    }

    /// Waits until all know that the track is over.
    ///
    /// @param seconds at most so long
    /// @return whether all do
    boolean awaitEnd(int seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < deadline) {
            if (members.stream().allMatch(member -> member.peer().ended().isDone())) {
                return true;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return false;
    }

    Set<Integer> ports() {
        return members.stream().map(member -> member.peer().localAddress().getPort()).collect(Collectors.toSet());
    }

    /// Packets that each one's own socket has dropped.
    Map<Member, Long> sinkDrops() {
        var drops = new HashMap<Member, Long>();
        for (Host host : members.stream().map(Member::host).distinct().toList()) {
            Map<Integer, Long> byPort = inside(host, SinkSockets::dropsByPort);
            members.stream().filter(member -> member.host().equals(host)).forEach(member ->
                    drops.put(member, byPort.getOrDefault(member.peer().localAddress().getPort(), 0L)));
        }
        return drops;
    }

    @Override
    public void close() {
        members.forEach(member -> member.peer().close());
        loop.close();
    }
}
