// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.report.NetworkReport;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairment;
import java.util.LinkedHashMap;
import java.util.Map;

/// The links of a run's topology while they lose packets.
final class FaultyNetwork implements AutoCloseable {
    /// No packet of media is shorter, no other packet that may be lost is longer.
    private static final int MEDIA_BYTES = 600;

    private final NetworkFaults faults;
    private final Map<Host, Impairer> toSubscribers = new LinkedHashMap<>();
    private final Impairer toRelay;

    private FaultyNetwork(Topology topology, NetworkFaults faults, DeliveryMode mode) {
        this.faults = faults;
        int minimum = mode == DeliveryMode.DATAGRAM ? MEDIA_BYTES : 0;
        long seed = faults.seed();
        this.toRelay = start(topology.publisher(), Impairer.Direction.OUT, seed, faults.lossToRelay(), minimum);
        for (Host host : topology.subscribers()) {
            toSubscribers.put(host, start(host, Impairer.Direction.IN, ++seed, faults.lossToSubscribers(), minimum));
        }
    }

    static FaultyNetwork begin(Topology topology, NetworkFaults faults, DeliveryMode mode) {
        return new FaultyNetwork(topology, faults, mode);
    }

    private Impairer start(Host host, Impairer.Direction direction, long seed, double percent, int minimum) {
        NetworkNamespace namespace = host.namespace();
        return Impairer.on(namespace, Topology.HOST_INTERFACE, direction,
                Impairment.none(seed).withLoss(percent, faults.burst()).only(RelayProcess.PORT, true, minimum));
    }

    /// @return packets lost on their way to a host
    long lostTowards(Host host) {
        return toSubscribers.get(host).counts().lost();
    }

    /// @return packets lost on their way to the relay
    long lostTowardsRelay() {
        return toRelay.counts().lost();
    }

    NetworkReport report() {
        long seen = toSubscribers.values().stream().mapToLong(each -> each.counts().seen()).sum();
        long lost = toSubscribers.values().stream().mapToLong(each -> each.counts().lost()).sum();
        return new NetworkReport(faults.seed(),
                new NetworkReport.Link(faults.lossToSubscribers(), faults.burst(), seen, lost),
                new NetworkReport.Link(faults.lossToRelay(), faults.burst(), toRelay.counts().seen(), toRelay.counts().lost()));
    }

    @Override
    public void close() {
        toRelay.close();
        toSubscribers.values().forEach(Impairer::close);
    }
}
