// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Credit;
import dev.weir.abi.Lane;
import dev.weir.abi.WeirReason;
import dev.weir.dataplane.TrackSpec.Subscriber;
import dev.weir.engine.Cells;
import dev.weir.kernel.ProgTestRun;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a publisher sends and however little credit there is: a copy is exactly what its record says, and every credit
/// that was taken is accounted for.
@RequiresRoot
class InvariantsIT {
    private static final int LANES = 12;
    /// `-Dweir.test.draws=100000000` is the long form.
    private static final int DRAWS = Integer.getInteger("weir.test.draws", 1_000_000);

    private static CopyCapture capture;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    private static DataPlane plane(Random random) {
        var plane = new DataPlane(capture, random.nextBoolean());
        for (int i = 0; i < LANES; i++) {
            var lane = LaneSpec.withConnectionId(i, random.nextBoolean(), random.nextInt(21));
            lane.nextStreamId = 3 + 4L * (random.nextBoolean() ? random.nextInt(20) : 1 << random.nextInt(28));
            if (i % 3 == 0) {
                lane.maxUdpPayload = 200 + random.nextInt(1000);
                lane.maxDatagramFrame = random.nextInt(300);
                lane.streamDataLimit = random.nextInt(20_000);
            }
            plane.lane(lane);
        }
        for (int track = 0; track < MediaTraffic.ALIASES.length; track++) {
            var spec = new TrackSpec(track, MediaTraffic.ALIASES[track]);
            for (int i = 0; i < LANES; i++) {
                spec.to(random.nextInt(4) == 0 ? Subscriber.from(i, random.nextInt(20), random.nextInt(4)) : Subscriber.toEverything(i));
            }
            plane.track(spec);
        }
        return plane;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aCopyIsWhatItsRecordSays(long seed) throws Exception {
        var random = new Random(seed);
        var traffic = new MediaTraffic(seed);
        var paid = new HashMap<Integer, Long>();
        var sent = new HashMap<Integer, Long>();
        var seen = EnumSet.noneOf(WeirReason.class);
        try (var plane = plane(random)) {
            for (int i = 0; i < 300; i++) {
                starve(plane, random, paid, sent);
                byte[] plaintext = Bytes.concat(traffic.packet());
                if (plaintext.length < 4 || plaintext.length > 1456) {
                    continue;
                }
                var outcome = plane.send(plaintext);
                check(plane, outcome, plaintext);
                seen.addAll(outcome.counted().keySet());
                outcome.copies().forEach(copy -> sent.merge(copy.lane(), (long) copy.size(), Long::sum));
            }
            assertThat(seen).as("what the traffic led to").contains(WeirReason.COUNT_COPIES, WeirReason.RETRANSMITTED,
                    WeirReason.STREAM_NOT_FOLLOWED, WeirReason.CONGESTION, WeirReason.CONNECTION_CREDIT, WeirReason.STREAM_CREDIT,
                    WeirReason.DATAGRAM_TOO_LARGE, WeirReason.HEADER_ROOM);
            assertThat(sent.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(50_000);
            for (int lane = 0; lane < LANES; lane++) {
                long taken = paid.getOrDefault(lane, 0L) - Credit.connectionData(plane.credit(lane));
                assertThat(taken).as("connection credit of lane %s", lane).isEqualTo(charged(plane, lane));
                assertThat(plane.inFlight(lane)).as("bytes in flight of lane %s", lane).isEqualTo(sent.getOrDefault(lane, 0L));
            }
        }
    }

    /// Gives each lane sometimes more, sometimes hardly any credit, and keeps account of it.
    private static void starve(DataPlane plane, Random random, Map<Integer, Long> paid, Map<Integer, Long> sent) {
        int lane = random.nextInt(LANES);
        var credit = plane.credit(lane);
        if (!paid.containsKey(lane)) {
            for (int i = 0; i < LANES; i++) {
                Credit.connectionData(plane.credit(i), 0);
                paid.put(i, 0L);
            }
        }
        long more = random.nextBoolean() ? random.nextInt(300) : random.nextInt(60_000);
        Credit.connectionData(credit, Credit.connectionData(credit) + more);
        paid.merge(lane, more, Long::sum);
        Credit.congestionWindow(credit, sent.getOrDefault(lane, 0L) + random.nextInt(4000));
    }

    /// What the lane's streams say they have paid for.
    private static long charged(DataPlane plane, int lane) {
        long sum = 0;
        for (var state : plane.maps().laneStreams(lane)) {
            sum += state.charged();
        }
        return sum;
    }

    private static void check(DataPlane plane, Outcome outcome, byte[] plaintext) {
        List<Recorded.Entry> drawn = outcome.record() == null ? List.of()
                : outcome.record().entries().stream().filter(entry -> entry.forwarded() != 0).toList();
        assertThat(outcome.copies()).hasSameSizeAs(drawn);
        Map<String, Copy> copies = outcome.copies().stream()
                .collect(Collectors.toMap(copy -> copy.lane() + "/" + copy.packetNumber(), copy -> copy));
        for (var entry : drawn) {
            Copy copy = copies.get(entry.lane() + "/" + entry.packetNumber());
            assertThat(copy).as("the copy of %s", entry).isNotNull();
            assertThat(copy.size()).isEqualTo(entry.size());
            assertThat(copy.frames()).as("%s", outcome.record()).isEqualTo(expected(plane, outcome.recorded(), entry, plaintext));
        }
        if (!outcome.counted().containsKey(WeirReason.NO_CANDIDATE)) {
            assertThat(outcome.counted().getOrDefault(WeirReason.COUNT_COPIES, 0L)).isEqualTo(drawn.size());
        }
    }

    private static List<SentFrame> expected(DataPlane plane, Recorded record, Recorded.Entry entry, byte[] plaintext) {
        var frames = new ArrayList<SentFrame>();
        long opened = entry.firstStreamId();
        for (int i = 0; i < record.candidates().size(); i++) {
            if ((entry.forwarded() >> i & 1) == 0) {
                continue;
            }
            var media = record.candidates().get(i);
            byte[] data = Arrays.copyOfRange(plaintext, media.dataStart(), media.dataStart() + media.length());
            boolean last = entry.forwarded() >> i == 1;
            if (media.kind() == 2) {
                frames.add(SentFrame.datagram(data, !last));
                continue;
            }
            var stream = plane.maps().laneStream(entry.lane(), media.streamId());
            assertThat(stream).isNotNull();
            if ((entry.opened() >> i & 1) != 0) {
                assertThat(stream.streamId()).isEqualTo(opened);
                opened += 4;
            }
            assertThat(media.offset() + media.length()).isLessThanOrEqualTo(stream.limit());
            frames.add(SentFrame.stream(stream.streamId(), media.offset(), data, (media.flags() & 1) != 0, !last));
        }
        return frames;
    }

    @RepeatedTest(3)
    void twoProcessorsDrawNoNumberTwice() throws Exception {
        // Fewer than the replay window holds: a processor that falls behind, however far, is not refused as a replay.
        int packets = 150;
        try (var plane = new DataPlane(capture, false); var pool = Executors.newFixedThreadPool(2, capture.threads())) {
            plane.lane(LaneSpec.ipv4(0)).lane(LaneSpec.ipv4(1)).track(new TrackSpec(5, 300).to(2));
            var numbers = new AtomicInteger();
            Callable<Integer> task = () -> {
                int ran = 0;
                for (int i = numbers.getAndIncrement(); i < packets; i = numbers.getAndIncrement()) {
                    byte[] opening = Bytes.concat(Media.subgroup(300, i, 5), new byte[20]);
                    byte[] frame = plane.frame(plane.packet(i, 4, Media.stream(4L * i + 2, 0, opening, true)));
                    ProgTestRun.run(plane.object().program("weir_ingress"), frame, ProgTestRun.TestContext.LOOPBACK, 1);
                    ran++;
                }
                return ran;
            };
            int ran = 0;
            for (var done : pool.invokeAll(List.of(task, task))) {
                ran += done.get();
            }
            assertThat(ran).isEqualTo(packets);
            List<Recorded> records = plane.records();
            assertThat(records).hasSize(packets);
            assertThat(records).extracting(record -> record.entry(0).packetNumber()).doesNotHaveDuplicates();
            assertThat(records).extracting(record -> record.entry(1).firstStreamId()).doesNotHaveDuplicates();
            assertThat(plane.drawn(0)).isEqualTo(packets);
            capture.take(2L * packets);
        }
    }

    /// The virtual machine draws from the same cell as two processors. Each packet draws 256 numbers, as if one lane were subscribed so
    /// often; without keys nothing is sealed, so that drawing is most of what is done.
    @Test
    void twoProcessorsAndUserSpaceDrawNoNumberTwice() throws Exception {
        int packets = 150;
        try (var plane = new DataPlane(capture, false); var pool = Executors.newFixedThreadPool(3, capture.threads())) {
            plane.lane(LaneSpec.ipv4(0)).track(new TrackSpec(5, 300).to(Collections.nCopies(256, Subscriber.toEverything(0)).toArray(Subscriber[]::new)));
            Lane.keys(plane.map("lanes").element(0), 0).fill((byte) 0);
            MemorySegment credit = plane.credit(0);
            Cells cells = Cells.over(plane.map("packet_numbers").element(0), credit);
            Credit.congestionWindow(credit, Long.MAX_VALUE / 2);
            var next = new AtomicInteger();
            var kernel = new BitSet();
            var user = new BitSet();
            long twice = 0;
            while (cells.nextPacketNumber() < DRAWS) {
                int end = next.get() + packets;
                var drawing = new AtomicInteger(2);
                Callable<Long> processor = () -> {
                    for (int i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
                        byte[] frame = plane.frame(plane.packet(i, 4, Media.lastDatagram(Media.object(300, i, 0, 5, new byte[20]))));
                        ProgTestRun.run(plane.object().program("weir_ingress"), frame, ProgTestRun.TestContext.LOOPBACK, 1);
                    }
                    drawing.decrementAndGet();
                    return 0L;
                };
                Callable<Long> virtualMachine = () -> {
                    long again = 0;
                    while (drawing.get() > 0) {
                        again += enter(user, cells.drawPacketNumber());
                    }
                    return again;
                };
                for (var done : pool.invokeAll(List.of(processor, processor, virtualMachine))) {
                    twice += done.get();
                }
                next.set(end);
                for (Recorded record : plane.records()) {
                    assertThat(record.entries()).hasSize(256);
                    for (Recorded.Entry entry : record.entries()) {
                        twice += enter(kernel, entry.packetNumber());
                    }
                }
            }
            System.out.printf("%d numbers drawn by the kernel, %d by user space%n", kernel.cardinality(), user.cardinality());
            assertThat(twice).isZero();
            assertThat(kernel.intersects(user)).isFalse();
            assertThat((long) kernel.cardinality() + user.cardinality()).isEqualTo(cells.nextPacketNumber());
            assertThat(kernel.cardinality()).isGreaterThan(100_000);
        }
    }

    private static int enter(BitSet drawn, long number) {
        boolean again = drawn.get((int) number);
        drawn.set((int) number);
        return again ? 1 : 0;
    }
}
