// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.fault.FaultTrack.Outcome;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayPath;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.Impairer;
import dev.weir.testkit.impair.Impairer.Direction;
import dev.weir.testkit.impair.Impairment;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A network that doubles, damages, reorders packets or is dead for a while, and the same for an address that stays dead: streams come
/// whole, and of the datagrams exactly those are missing that the network, a socket or the relay counts. In both modes at once.
///
/// `-Dweir.fault.objects=N` is how many objects of each track are published under each fault, [#OBJECTS] unless said otherwise;
/// `-Dweir.fault.rate=N` how many a second, `-Dweir.fault.subscribers=N` how many get them, 3 at least.
@RequiresRoot
@RequiresBpf
class NetworkFaultIT {
    private static final int OBJECTS = Integer.getInteger("weir.fault.objects", 150);
    private static final int RATE = Integer.getInteger("weir.fault.rate", 100);
    /// What waits for a dead subscriber, until the relay gives him up, must fit its queue.
    private static final int SLOW_RATE = 20;
    private static final int BYSTANDER = 0;
    private static final int AFFLICTED = 1;
    private static final int DEAD = 2;
    private static final int[] ALL = IntStream.range(0, FaultBed.SUBSCRIBERS).toArray();
    private static final Duration IDLE = Duration.ofSeconds(8);
    private static final Duration HOLE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SEED = 11;

    @TempDir
    static Path folder;

    private static FaultBed bed;

    private final List<FaultTrack> tracks = new ArrayList<>();
    private RelayStatistics before;

    @BeforeAll
    static void startRelay() throws Exception {
        bed = new FaultBed("wt4-fault", folder, IDLE);
    }

    @AfterAll
    static void stopRelay() {
        bed.close();
    }

    @BeforeEach
    void rememberFigures() {
        before = bed.statistics();
    }

    @AfterEach
    void everybodyLeaves() {
        tracks.forEach(FaultTrack::close);
        await().atMost(PATIENCE).untilAsserted(() -> {
            RelayStatistics now = bed.statistics();
            assertThat(now.get("connections")).isZero();
            assertThat(now.get("map.connection_ids")).isZero();
            assertThat(now.get("map.tracks")).isZero();
            assertThat(now.get("audit.imbalance")).as("%s", now).isZero();
        });
        // Goodbyes have passed them now.
        bed.closeProxies();
    }

    private FaultTrack track(String about, DeliveryMode mode, int rate) throws Exception {
        var track = new FaultTrack(bed, about, mode, rate);
        tracks.add(track);
        return track;
    }

    /// A track for each mode, whose links are all unkind while [#OBJECTS] objects are published.
    private List<Under> under(String about, Impairment toRelay, Impairment toSubscribers) throws Exception {
        var all = new ArrayList<Under>();
        for (DeliveryMode mode : DeliveryMode.values()) {
            FaultTrack track = track(about, mode, RATE);
            track.awaitReceived(BYSTANDER, 1);
            var down = new ArrayList<Impairer>();
            for (Link link : track.links) {
                down.add(link.impair(Direction.IN, toSubscribers));
            }
            all.add(new Under(track, track.publisherLink.impair(Direction.OUT, toRelay), down));
        }
        for (Under each : all) {
            each.track.awaitPublished(OBJECTS);
        }
        return all;
    }

    /// A track on impaired links.
    ///
    /// @param up counts what the network does to the publisher's packets
    /// @param down and to those for each subscriber
    private record Under(FaultTrack track, Impairer up, List<Impairer> down) {
        ImpairmentCounts toRelay() {
            return up.counts();
        }

        long duplicatedToSubscribers() {
            return down.stream().mapToLong(each -> each.counts().duplicated()).sum();
        }

        long corruptedToSubscribers() {
            return down.stream().mapToLong(each -> each.counts().corrupted()).sum();
        }
    }

    /// Ends a track. As many datagrams are missing as were lost.
    ///
    /// @param lost objects that the network kept from subscribers, all together; 0 in STREAM mode
    private Outcome endWithBooks(FaultTrack track, LongSupplier lost) throws Exception {
        LongSupplier known = track.mode == DeliveryMode.STREAM ? () -> 0 : () -> lost.getAsLong() + dropped();
        Outcome outcome = track.end(known, ALL);
        // A socket that overflowed has lost acknowledgements or objects, which it does not tell apart.
        assertThat(outcome.allMissing())
                .as("%s: %s from %s; the network took %d, relay %s", track.mode, outcome.missing(), outcome.where(), lost.getAsLong(), figures())
                .isBetween(known.getAsLong(), known.getAsLong() + outcome.overflow() * ALL.length);
        return outcome;
    }

    /// Objects that the relay kept from subscribers. One that comes behind the publisher's goodbye is counted once, and nobody gets it.
    private long dropped() {
        RelayStatistics now = figures();
        return now.under("dropped.").values().stream().mapToLong(Long::longValue).sum()
                + (ALL.length - 1) * now.get("dropped.unknown_alias");
    }

    private RelayStatistics figures() {
        return bed.statistics().since(before);
    }

    private void assertKernelTookPart() {
        RelayStatistics now = figures();
        if (FaultBed.PATH == RelayPath.KERNEL) {
            assertThat(now.get("copies.kernel")).as("%s", now).isGreaterThan(OBJECTS);
        } else {
            assertThat(now.get("copies.kernel")).as("%s", now).isZero();
        }
    }

    @Test
    void packetsThatComeTwiceAreForwardedOnce() throws Exception {
        Impairment twice = Impairment.none(SEED).withDuplicates(10);
        for (Under each : under("twice", twice, twice)) {
            Outcome outcome = endWithBooks(each.track, () -> 0);
            assertThat(each.toRelay().duplicated()).isPositive();
            // Whatever the network doubled and nothing else is refused: no copy of the relay has a number that was used before.
            assertThat(outcome.rejected()).isPositive().isLessThanOrEqualTo(each.duplicatedToSubscribers());
            System.out.printf("%s: %d objects, %d packets to the relay and %d to subscribers came twice, %d were refused there%n",
                    each.track.mode, outcome.sent().objects().size(), each.toRelay().duplicated(), each.duplicatedToSubscribers(),
                    outcome.rejected());
        }
        System.out.println(figures());
        assertKernelTookPart();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 30})
    void damagedPacketsAreForwardedToNobody(int percent) throws Exception {
        Impairment damage = Impairment.none(SEED).withCorruption(percent);
        long damaged = 0;
        for (Under each : under("damage", damage, damage)) {
            Outcome outcome = endWithBooks(each.track,
                    () -> ALL.length * each.toRelay().corrupted() + each.corruptedToSubscribers());
            damaged += each.toRelay().corrupted();
            assertThat(outcome.rejected()).isPositive().isLessThanOrEqualTo(each.corruptedToSubscribers());
            System.out.printf("%s: %d objects, %d packets to the relay and %d to subscribers damaged, %d objects missing%n",
                    each.track.mode, outcome.sent().objects().size(), each.toRelay().corrupted(), each.corruptedToSubscribers(),
                    outcome.allMissing());
        }
        RelayStatistics now = figures();
        System.out.println(now);
        if (FaultBed.PATH == RelayPath.KERNEL) {
            assertThat(now.get("tag_failures")).as("%s", now).isPositive().isLessThanOrEqualTo(damaged);
        }
        assertKernelTookPart();
    }

    @Test
    void packetsThatOvertakeOthersAreAllForwarded() throws Exception {
        bed.delay(new Delay(SEED, Duration.ofMillis(2), Duration.ofMillis(1), 10, Duration.ofMillis(100)));
        for (DeliveryMode mode : DeliveryMode.values()) {
            track("reorder", mode, RATE);
        }
        tracks.forEach(track -> track.awaitPublished(OBJECTS));
        long overtaken = bed.overtaken();
        assertThat(overtaken).isGreaterThan(OBJECTS / 2);
        for (FaultTrack track : tracks) {
            Outcome outcome = endWithBooks(track, () -> 0);
            System.out.printf("%s: %d objects, %d missing%n", track.mode, outcome.sent().objects().size(), outcome.allMissing());
        }
        System.out.println(overtaken + " packets were overtaken; " + figures());
        assertKernelTookPart();
    }

    @Test
    void anAddressThatIsDeadForAWhileCatchesUpAndOneThatStaysDeadIsGivenUp() throws Exception {
        for (DeliveryMode mode : DeliveryMode.values()) {
            track("hole", mode, RATE);
            track("dead", mode, SLOW_RATE);
        }
        for (FaultTrack track : tracks) {
            for (int subscriber : ALL) {
                track.awaitReceived(subscriber, 10);
            }
        }
        List<FaultTrack> holes = List.of(tracks.get(0), tracks.get(2));
        List<FaultTrack> deads = List.of(tracks.get(1), tracks.get(3));
        long connections = bed.statistics().get("connections");
        deads.forEach(track -> track.links.get(DEAD).goDead(Direction.IN));
        List<Impairer> lost = deadForAWhile(holes.stream().map(track -> track.links.get(AFFLICTED)).toList(), Direction.IN);
        for (FaultTrack track : holes) {
            track.awaitReceived(AFFLICTED, RATE);
        }
        List<Impairer> lostToRelay = deadForAWhile(holes.stream().map(track -> track.publisherLink).toList(), Direction.OUT);
        for (FaultTrack track : holes) {
            track.awaitReceived(AFFLICTED, RATE);
        }
        await().atMost(PATIENCE).untilAsserted(() ->
                assertThat(bed.statistics().get("connections")).isEqualTo(connections - deads.size()));

        for (int i = 0; i < holes.size(); i++) {
            FaultTrack track = holes.get(i);
            long toRelay = lostToRelay.get(i).counts().blackholed();
            long toSubscriber = lost.get(i).counts().blackholed();
            assertThat(toRelay).isPositive();
            assertThat(toSubscriber).isPositive();
            Outcome outcome = endWithBooks(track, () -> ALL.length * toRelay + toSubscriber);
            System.out.printf("%s: %d objects, %d packets to the relay and %d to one of three subscribers gone, missing %s%n",
                    track.mode, outcome.sent().objects().size(), toRelay, toSubscriber, outcome.missing());
        }
        for (FaultTrack track : deads) {
            Outcome outcome = track.end(() -> 0, BYSTANDER, AFFLICTED);
            assertThat(outcome.allMissing()).as("%s", outcome.where()).isBetween(0L, outcome.overflow() * ALL.length);
        }
        System.out.println(figures());
        assertKernelTookPart();
    }

    private static List<Impairer> deadForAWhile(List<Link> links, Direction media) throws InterruptedException {
        List<Impairer> counts = links.stream().map(link -> link.goDead(media)).toList();
        // How long it lasts is the fault itself.
        Thread.sleep(HOLE);
        links.forEach(Link::revive);
        return counts;
    }
}
