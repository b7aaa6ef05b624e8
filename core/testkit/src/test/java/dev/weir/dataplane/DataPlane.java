// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Credit;
import dev.weir.abi.PacketNumberCell;
import dev.weir.abi.RunCell;
import dev.weir.abi.WeirReason;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.RingBuffer;
import dev.weir.wire.quic.AeadKeys;
import dev.weir.wire.quic.OpenedPacket;
import dev.weir.wire.quic.PacketProtection;
import dev.weir.wire.quic.ShortHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// `weir_ingress` in the kernel with one publisher, and lanes and tracks as a test wants them. Packets go in by test runs;
/// their copies are captured and opened. User space's part in the maps is played by [MapWriter].
final class DataPlane implements AutoCloseable {
    static final int PUBLISHER = 3;
    static final int PUBLISHER_GENERATION = 7;
    static final int PUBLISHER_PORT = 5555;
    static final int LISTEN_PORT = 4433;
    static final byte[] OWN_CONNECTION_ID = Bytes.hex("6465666768696a6b6c6d6e6f7071727374757677");

    final AeadKeys publisherKeys = TestKeys.of("publisher");
    long nextNumber;
    private final CopyCapture capture;
    private final boolean ipv6;
    private final LoadedObject object;
    private final RingBuffer events;
    private final Map<Integer, LaneSpec> lanes = new HashMap<>();
    private final MapWriter writer;
    private final PolicyMaps policies;
    private boolean readerStalled;

    DataPlane(CopyCapture capture, boolean ipv6) {
        this(capture, ipv6, BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").load());
    }

    /// @param ipv6 address family of the publisher
    DataPlane(CopyCapture capture, boolean ipv6, LoadedObject object) {
        this.capture = capture;
        this.ipv6 = ipv6;
        this.object = object;
        this.events = RingBuffer.of(object.map("events"));
        this.policies = new PolicyMaps(object);
        this.writer = new MapWriter(object, PUBLISHER, PUBLISHER_GENERATION);
        writer.publisher(publisherKeys, publisherAddress(ipv6), PUBLISHER_PORT, OWN_CONNECTION_ID);
    }

    static byte[] publisherAddress(boolean ipv6) {
        return ipv6 ? Bytes.hex("fd090001000000000000000000000002") : new byte[] {10, 9, 1, 2};
    }

    static byte[] relayAddress(boolean ipv6) {
        return ipv6 ? Bytes.hex("fd090001000000000000000000000001") : new byte[] {10, 9, 1, 1};
    }

    DataPlane lane(LaneSpec spec) {
        lanes.put(spec.index, spec);
        writer.lane(spec, relayAddress(spec.ipv6), capture.ifindex());
        return this;
    }

    DataPlane track(TrackSpec spec) {
        writer.track(spec);
        return this;
    }

    /// Like user space after an answer of the peer: credit as in a new lane.
    void refill(LaneSpec spec) {
        writer.credit(spec);
    }

    PolicyMaps policies() {
        return policies;
    }

    MapWriter maps() {
        return writer;
    }

    BpfMap map(String name) {
        return object.map(name);
    }

    LoadedObject object() {
        return object;
    }

    MemorySegment control() {
        return map("control").element(0);
    }

    MemorySegment publisher() {
        return map("publishers").element(PUBLISHER);
    }

    MemorySegment credit(int lane) {
        return map("credit").element(lane);
    }

    long drawn(int lane) {
        return PacketNumberCell.next(map("packet_numbers").element(lane)) - lanes.get(lane).nextNumber;
    }

    long inFlight(int lane) {
        return Credit.bytesInFlight(credit(lane));
    }

    /// Connection credit that the lane has used.
    long charged(int lane) {
        return lanes.get(lane).connectionData - Credit.connectionData(credit(lane));
    }

    /// The publisher's next packet, with a packet number of four bytes.
    Outcome send(byte[]... frames) throws Exception {
        return send(nextNumber++, 4, frames);
    }

    Outcome send(long number, int numberLength, byte[]... frames) throws Exception {
        return deliver(frame(packet(number, numberLength, frames)));
    }

    byte[] packet(long number, int numberLength, byte[]... frames) {
        return PacketProtection.seal(publisherKeys, OWN_CONNECTION_ID, number, numberLength, Bytes.concat(frames));
    }

    /// A packet with any first byte; its number has four bytes.
    byte[] packet(AeadKeys keys, int firstByte, long number, byte[]... frames) {
        return PacketProtection.seal(keys, new ShortHeader(firstByte, OWN_CONNECTION_ID, number), number, Bytes.concat(frames));
    }

    /// An Ethernet frame from the publisher.
    byte[] frame(byte[] packet) {
        return new UdpFrame(publisherAddress(ipv6), relayAddress(ipv6), PUBLISHER_PORT, LISTEN_PORT, packet).encode();
    }

    Outcome deliver(byte[] frame) throws Exception {
        return deliver(frame, ProgTestRun.TestContext.LOOPBACK);
    }

    /// Runs the program on a frame; whatever it does, the frame must come out as it went in, for the next program.
    Outcome deliver(byte[] frame, ProgTestRun.TestContext context) throws Exception {
        long[] before = counters();
        var result = capture.call(() -> ProgTestRun.run(object.program("weir_ingress"), frame, context, 1));
        assertThat(result.returnValue()).as("TCX_NEXT").isEqualTo(-1);
        assertThat(result.dataOut()).as("the frame as passed up").isEqualTo(frame);
        Map<WeirReason, Long> counted = countedSince(before);
        List<Recorded> records = readerStalled ? List.of() : records();
        assertThat(records).as("records of one packet").hasSizeLessThanOrEqualTo(1);
        List<Copy> copies = copies(counted.getOrDefault(WeirReason.COUNT_COPIES, 0L));
        return new Outcome(records.isEmpty() ? null : records.getFirst(), copies, counted, frame.length - UdpFrame.overhead(ipv6));
    }

    /// Runs the program on many frames, one after the other, of which no copy and no record may be made.
    ///
    /// @return how much each counter grew by all of them
    Map<WeirReason, Long> refuse(int count, Supplier<byte[]> frames, ProgTestRun.TestContext context) throws Exception {
        long[] before = counters();
        var program = object.program("weir_ingress");
        capture.call(() -> {
            for (int i = 0; i < count; i++) {
                byte[] frame = frames.get();
                var result = ProgTestRun.run(program, frame, context, 1);
                if (result.returnValue() != -1 || !Arrays.equals(result.dataOut(), frame)) {
                    throw new AssertionError("not passed up as it came: " + Bytes.hex(frame));
                }
            }
            return null;
        });
        assertThat(capture.take(0)).isEmpty();
        assertThat(records()).isEmpty();
        return countedSince(before);
    }

    private Map<WeirReason, Long> countedSince(long[] before) {
        var counted = new EnumMap<WeirReason, Long>(WeirReason.class);
        long[] after = counters();
        for (var reason : WeirReason.values()) {
            if (reason.value < after.length && after[reason.value] != before[reason.value]) {
                counted.put(reason, after[reason.value] - before[reason.value]);
            }
        }
        return counted;
    }

    /// Until this is closed, nobody reads the ring buffer.
    AutoCloseable stallReader() {
        readerStalled = true;
        return () -> readerStalled = false;
    }

    List<Recorded> records() {
        var records = new ArrayList<Recorded>();
        events.drain(content -> records.add(Recorded.of(content)));
        return records;
    }

    private List<Copy> copies(long count) throws Exception {
        var copies = new ArrayList<Copy>();
        for (byte[] frame : capture.take(count)) {
            copies.add(open(UdpFrame.decode(frame)));
        }
        copies.sort(Comparator.comparingInt(Copy::lane).thenComparingLong(Copy::packetNumber));
        return copies;
    }

    private Copy open(UdpFrame frame) throws Exception {
        LaneSpec lane = lanes.get(frame.destinationPort() - LaneSpec.FIRST_PORT);
        assertThat(frame.destination()).isEqualTo(lane.address());
        assertThat(frame.source()).isEqualTo(relayAddress(lane.ipv6));
        assertThat(frame.sourcePort()).isEqualTo(LISTEN_PORT);
        OpenedPacket packet =
                PacketProtection.open(lane.keys(), lane.nextKeys(), frame.payload(), lane.connectionId.length, lane.nextNumber);
        assertThat(packet).as("a copy for lane %s can be opened", lane.index).isNotNull();
        assertThat(packet.header().destination()).isEqualTo(lane.connectionId);
        assertThat(packet.header().packetNumberLength()).as("packet number length of a copy").isEqualTo(4);
        return new Copy(lane.index, packet.packetNumber(), packet.header().firstByte(), frame.payload().length,
                SentFrame.parse(packet.payload()));
    }

    private long[] counters() {
        var counters = map("counters");
        var sums = new long[WeirReason.WEIR_COUNTERS.value];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = counters.sumPerCpu(i);
        }
        return sums;
    }

    /// Whatever packet it was about, each run of the program has counted itself in and out: user space waits for those that have not.
    private void checkRuns() {
        BpfMap runs = object.map("runs");
        for (int processor = 0; processor < runs.maxEntries(); processor++) {
            MemorySegment cell = runs.element(processor);
            assertThat(RunCell.ended(cell)).as("runs that have ended on processor %s", processor).isEqualTo(RunCell.begun(cell));
        }
    }

    @Override
    public void close() {
        checkRuns();
        events.close();
        object.close();
    }
}
