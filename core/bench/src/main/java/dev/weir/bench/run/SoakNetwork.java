// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairer.Direction;
import dev.weir.testkit.impair.Impairment;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// The links of a soak: an impairer at the far end of each, on the packets from the publishers and on those to the subscribers.
/// Handshakes pass.
final class SoakNetwork implements AutoCloseable {
    private static final double MOST_LOSS_PERCENT = 8;
    private static final double MOST_DUPLICATES_PERCENT = 4;
    private static final double MOST_CORRUPT_PERCENT = 3;
    private static final int BURSTS = 3;

    private final long seed;
    private final List<Impairer> links = new ArrayList<>();

    SoakNetwork(Topology topology, long seed) {
        this.seed = seed;
        try {
            links.add(Impairer.on(
                    topology.publisher().namespace(), Topology.HOST_INTERFACE, Direction.OUT, Impairment.none(seed)));
            topology.subscribers().forEach(host -> links.add(
                    Impairer.on(host.namespace(), Topology.HOST_INTERFACE, Direction.IN, Impairment.none(seed))));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Every link becomes unkind.
    ///
    /// @param amount how much, 0 to 1
    void impair(double amount) {
        Impairment impairment = Impairment.none(seed)
                .withLoss(amount * MOST_LOSS_PERCENT, 1 + (int) (amount * (BURSTS - 1)))
                .withDuplicates(amount * MOST_DUPLICATES_PERCENT)
                .withCorruption(amount * MOST_CORRUPT_PERCENT)
                .only(RelayProcess.PORT, true, 0);
        links.forEach(link -> link.change(impairment));
    }

    /// Every link becomes kind again.
    void calm() {
        links.forEach(link -> link.change(Impairment.none(seed)));
    }

    /// What the links have done to packets of either direction, all links together.
    Figures figures() {
        return new Figures(sum(ImpairmentCounts::gone), sum(ImpairmentCounts::duplicated), sum(ImpairmentCounts::corrupted),
                links.getFirst().counts().corrupted());
    }

    private long sum(ToLongFunction<ImpairmentCounts> figure) {
        return links.stream().mapToLong(link -> figure.applyAsLong(link.counts())).sum();
    }

    /// What became of packets.
    ///
    /// @param lost that did not go on
    /// @param duplicated that came twice
    /// @param corrupted that came damaged
    /// @param corruptedToRelay those of them that went to the relay
    record Figures(long lost, long duplicated, long corrupted, long corruptedToRelay) {}

    @Override
    public void close() {
        links.forEach(Impairer::close);
    }
}
