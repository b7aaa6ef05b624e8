// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairer.Direction;
import dev.weir.testkit.impair.Impairment;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// The links of a soak: one for each publisher and resident, and one for all that come and go. Handshakes pass.
final class SoakNetwork implements AutoCloseable {
    private static final double MOST_LOSS_PERCENT = 8;
    private static final double MOST_DUPLICATES_PERCENT = 4;
    private static final double MOST_CORRUPT_PERCENT = 3;
    private static final double MOST_OVERTAKEN_PERCENT = 8;
    private static final Duration OVERTAKEN_UP_TO = Duration.ofMillis(30);
    private static final int BURSTS = 3;

    private final long seed;
    private final Topology topology;
    private final List<SoakLink> publishers = new ArrayList<>();
    private final List<SoakLink> residents = new ArrayList<>();
    private final Impairer visitors;

    /// @param seed of its losses
    SoakNetwork(Topology topology, long seed) {
        this.topology = topology;
        this.seed = seed;
        visitors = Impairer.on(visitorHost().namespace(), Topology.HOST_INTERFACE, Direction.IN, Impairment.none(seed));
    }

    /// Where all are that come and go; nobody else is.
    Host visitorHost() {
        return topology.subscribers().getLast();
    }

    /// The link of a track's publishers, whose packets may overtake each other.
    SoakLink publisher(DeliveryMode mode) {
        var link = new SoakLink(topology.publisher(), mode, Direction.OUT, true, Impairment.none(seed + publishers.size()));
        publishers.add(link);
        return link;
    }

    /// A resident's link.
    ///
    /// @param number of the resident; packets of the first one may overtake each other
    SoakLink resident(DeliveryMode mode, int number) {
        Host host = topology.subscribers().get(number % (topology.subscribers().size() - 1));
        var link = new SoakLink(host, mode, Direction.IN, number == 0, Impairment.none(seed + 100 + residents.size()));
        residents.add(link);
        return link;
    }

    /// Every link becomes unkind.
    ///
    /// @param amount how much, 0 to 1
    void impair(double amount) {
        change(Impairment.none(seed)
                        .withLoss(amount * MOST_LOSS_PERCENT, 1 + (int) (amount * (BURSTS - 1)))
                        .withDuplicates(amount * MOST_DUPLICATES_PERCENT)
                        .withCorruption(amount * MOST_CORRUPT_PERCENT),
                new Delay(seed, Duration.ZERO, Duration.ZERO, amount * MOST_OVERTAKEN_PERCENT, OVERTAKEN_UP_TO));
    }

    /// Every link becomes kind again.
    void calm() {
        change(Impairment.none(seed), Delay.of(seed, Duration.ZERO));
    }

    private void change(Impairment impairment, Delay delay) {
        publishers.forEach(link -> link.change(impairment, delay));
        residents.forEach(link -> link.change(impairment, delay));
        visitors.change(impairment.only(RelayProcess.PORT, true, 0));
    }

    /// One of the links, to be dead for a while.
    ///
    /// @param which 0 to 1
    SoakLink one(double which) {
        int number = (int) (which * (publishers.size() + residents.size()));
        return number < publishers.size() ? publishers.get(number) : residents.get(number - publishers.size());
    }

    /// What the links have done to packets of either direction, all links together.
    Figures figures() {
        return new Figures(sum(ImpairmentCounts::gone), sum(ImpairmentCounts::duplicated), sum(ImpairmentCounts::corrupted),
                publishers.stream().mapToLong(link -> link.count(ImpairmentCounts::corrupted)).sum(),
                publishers.stream().mapToLong(link -> link.count(ImpairmentCounts::duplicated)).sum(),
                publishers.stream().mapToLong(SoakLink::overtaken).sum()
                        + residents.stream().mapToLong(SoakLink::overtaken).sum());
    }

    private long sum(ToLongFunction<ImpairmentCounts> figure) {
        return publishers.stream().mapToLong(link -> link.count(figure)).sum()
                + residents.stream().mapToLong(link -> link.count(figure)).sum()
                + figure.applyAsLong(visitors.counts());
    }

    /// What became of packets.
    ///
    /// @param lost that did not go on
    /// @param duplicated that came twice
    /// @param corrupted that came damaged
    /// @param corruptedToRelay those of them that went to the relay
    /// @param duplicatedToRelay that came to the relay twice; one that is damaged as well, damaged both times
    /// @param overtaken that others overtook
    record Figures(long lost, long duplicated, long corrupted, long corruptedToRelay, long duplicatedToRelay, long overtaken) {}

    @Override
    public void close() {
        publishers.forEach(SoakLink::close);
        residents.forEach(SoakLink::close);
        visitors.close();
    }
}
