// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.peer.SinkSockets;
import dev.weir.testkit.Host;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The last part of the way to each subscriber, on its own host, where packets take their time in both directions.
final class DelayedPaths implements AutoCloseable {
    private final Map<Host, DelayProxy> paths = new HashMap<>();

    private DelayedPaths() {}

    /// @param oneWay what every packet waits
    static DelayedPaths begin(List<Host> hosts, Duration oneWay) {
        var result = new DelayedPaths();
        for (Host host : hosts) {
            result.paths.put(host, DelayProxy.on(host, RelayProcess.PORT, Delay.of(1, oneWay)));
        }
        return result;
    }

    /// What a subscriber on this host takes for the relay.
    InetSocketAddress relaySeenFrom(Host host) {
        return paths.get(host).address();
    }

    /// Packets that were lost on this part of the way, by host.
    ///
    /// @param peers ports of the subscribers themselves
    Map<Host, Long> lost(Set<Integer> peers) {
        var result = new HashMap<Host, Long>();
        paths.keySet().forEach(host -> result.put(host, Subscribers.inside(host, SinkSockets::dropsByPort).entrySet().stream()
                .filter(socket -> !peers.contains(socket.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum()));
        return result;
    }

    @Override
    public void close() {
        paths.values().forEach(DelayProxy::close);
    }
}
