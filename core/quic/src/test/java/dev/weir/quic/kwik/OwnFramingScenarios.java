// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.FanProtocol;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.Policies;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.testkit.PolicyCompiler;
import dev.weir.testkit.peer.DatagramsOnce;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Parameters;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tech.kwik.core.frame.StreamFrame;

/// Connections whose payloads are not MoQT: what publishers send arrives byte for byte, and once. The same with and without
/// the kernel.
abstract class OwnFramingScenarios extends RelayFixture {
    private static final Duration LONG = Duration.ofSeconds(60);
    /// RFC 9000 section 20.1.
    private static final long STREAM_LIMIT_ERROR = 0x04;

    /// The ALPN pair that the relay was started with.
    abstract FanProtocol protocol();

    /// Connects a peer with that ALPN.
    abstract KwikPeer connect(String protocol) throws Exception;

    /// Whether copies are made in the kernel.
    abstract boolean isInKernel();

    /// Looks at the counters after a scenario in which `copies` copies were to be made.
    abstract void checkCopies(int copies);

    KwikPeer fanPublisher() throws Exception {
        return fan(protocol().publisher());
    }

    KwikPeer fanSubscriber() throws Exception {
        return fan(protocol().subscriber());
    }

    private KwikPeer fan(String protocol) throws Exception {
        KwikPeer peer = connect(protocol);
        peers.add(peer);
        return peer;
    }

    static byte[] payload(int number, int length) {
        byte[] bytes = new byte[Math.max(4, length)];
        new Random(number).nextBytes(bytes);
        return ByteBuffer.wrap(bytes).putInt(0, number).array();
    }

    private static List<String> digests(Stream<byte[]> payloads) {
        return payloads.map(bytes -> bytes.length + ":" + Arrays.hashCode(bytes)).toList();
    }

    private static void assertSameStreams(KwikPeer subscriber, List<byte[]> sent) {
        await().atMost(LONG).until(() -> subscriber.streams.size() >= sent.size());
        assertThat(digests(subscriber.streams.values().stream()))
                .containsExactlyInAnyOrderElementsOf(digests(sent.stream()));
    }

    private static List<byte[]> take(KwikPeer subscriber, int count) throws InterruptedException {
        var result = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            byte[] datagram = subscriber.datagrams.poll(10, TimeUnit.SECONDS);
            assertThat(datagram).as("datagram %d of %d, for which 10 s were waited", i, count).isNotNull();
            result.add(datagram);
        }
        return result;
    }

    @Test
    void everyDatagramGoesToEverySubscriberOnce() throws Exception {
        KwikPeer publisher = fanPublisher();
        List<KwikPeer> subscribers = List.of(fanSubscriber(), fanSubscriber(), fanSubscriber());
        awaitLanes(3);
        int batch = 20;
        for (int first = 0; first < 2000; first += batch) {
            List<byte[]> sent = IntStream.range(first, first + batch)
                    .mapToObj(i -> payload(i, i % 1100))
                    .toList();
            sent.forEach(publisher::sendDatagramOnce);
            for (KwikPeer subscriber : subscribers) {
                assertThat(digests(take(subscriber, batch).stream()))
                        .containsExactlyInAnyOrderElementsOf(digests(sent.stream()));
            }
        }
        assertThat(subscribers.getFirst().datagrams.poll(100, TimeUnit.MILLISECONDS)).isNull();
        assertThat(subscribers).allMatch(subscriber -> subscriber.datagrams.isEmpty() && subscriber.streams.isEmpty());
        checkCopies(3 * 1000); // Kwik may put two into one packet
    }

    @Test
    void onlyTheConfiguredPairIsSpoken() {
        FanProtocol other = protocol().equals(FanProtocol.DEFAULT) ? new FanProtocol("game-pub", "game-sub") : FanProtocol.DEFAULT;

        assertThatThrownBy(() -> fan(other.publisher())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> fan(other.subscriber())).isInstanceOf(IOException.class);
        assertThat(relay.statistics()).containsEntry("tracks", 0L);
    }

    @Test
    void everyStreamGoesToEverySubscriber() throws Exception {
        KwikPeer publisher = fanPublisher();
        List<KwikPeer> subscribers = List.of(fanSubscriber(), fanSubscriber(), fanSubscriber());
        awaitLanes(3);
        var sent = new ArrayList<byte[]>();
        for (int i = 0; i < 200; i++) {
            int length = i % 20 == 0 ? 100_000 : i * 13;
            byte[] stream = i % 10 == 1 ? new byte[] {(byte) i} : payload(i, length);
            sent.add(stream);
            publisher.sendStream(stream);
        }
        for (KwikPeer subscriber : subscribers) {
            assertSameStreams(subscriber, sent);
            assertThat(subscriber.brokenStreams).isEmpty();
            assertThat(subscriber.datagrams).isEmpty();
        }
        checkCopies(3 * 1000);
        // What was delivered does not stay.
        await().until(() -> relay.statistics().get("cache.bytes") == 0);
    }

    @Test
    void severalDatagramsInOnePacketAreToldApart() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        for (int i = 0; i < 20; i++) {
            List<byte[]> sent = List.of(payload(i, 100), new byte[0], payload(i, 100), payload(i, 30));
            publisher.sendFrame(new DatagramsOnce(sent));
            assertThat(digests(take(subscriber, sent.size()).stream()))
                    .containsExactlyInAnyOrderElementsOf(digests(sent.stream()));
        }
        assertThat(subscriber.datagrams.poll(100, TimeUnit.MILLISECONDS)).isNull();
        checkCopies(20);
    }

    @Test
    void emptyStreamsArrive() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        publisher.sendStream(new byte[0]);
        assertSameStreams(subscriber, List.of(new byte[0]));
    }

    @Test
    void severalPublishersAreHeardByAll() throws Exception {
        KwikPeer first = fanPublisher();
        KwikPeer early = fanSubscriber();
        KwikPeer second = fanPublisher();
        KwikPeer late = fanSubscriber();
        awaitLanes(4);
        first.sendStream(payload(1, 5000));
        second.sendStream(payload(2, 6000));
        for (KwikPeer subscriber : List.of(early, late)) {
            assertSameStreams(subscriber, List.of(payload(1, 5000), payload(2, 6000)));
        }
        first.sendDatagramOnce(payload(3, 200));
        second.sendDatagramOnce(payload(4, 200));
        for (KwikPeer subscriber : List.of(early, late)) {
            assertThat(digests(take(subscriber, 2).stream()))
                    .containsExactlyInAnyOrderElementsOf(digests(Stream.of(payload(3, 200), payload(4, 200))));
        }
        assertThat(relay.statistics()).containsEntry("tracks", 2L);
        checkCopies(2 * 12);
    }

    @Test
    void whoComesLateGetsWhatHasNotEnded() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer early = fanSubscriber();
        awaitLanes(1);
        publisher.sendStream(payload(1, 3000));
        publisher.sendDatagramOnce(payload(2, 100));
        byte[] whole = payload(3, 4000);
        OutputStream open = publisher.connection.createStream(false).getOutputStream();
        open.write(whole, 0, 900);
        take(early, 1);
        assertSameStreams(early, List.of(payload(1, 3000)));
        await().until(() -> relay.statistics().get("cache.bytes") > 4096);

        KwikPeer late = fanSubscriber();
        awaitLanes(2);
        for (int at = 900; at < whole.length; at += 1000) {
            open.write(whole, at, Math.min(1000, whole.length - at));
        }
        open.close();
        publisher.sendDatagramOnce(payload(4, 100));

        assertSameStreams(late, List.of(whole));
        assertSameStreams(early, List.of(payload(1, 3000), whole));
        assertThat(digests(take(late, 1).stream())).isEqualTo(digests(Stream.of(payload(4, 100))));
        assertThat(late.datagrams).isEmpty();
    }

    @Test
    void aPublisherThatLeavesEndsItsStreams() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        publisher.sendStream(payload(1, 3000));
        assertSameStreams(subscriber, List.of(payload(1, 3000)));
        publisher.connection.createStream(false).getOutputStream().write(payload(2, 500));
        await().until(() -> relay.statistics().get("cache.bytes") > 0
                && relay.statistics().get("copies.kernel") + relay.statistics().get("copies.userspace") >= 4);
        publisher.close();
        await().until(() -> subscriber.brokenStreams.size() == 1);
        await().until(() -> relay.statistics().get("tracks") == 0);

        KwikPeer next = fanPublisher();
        awaitLanes(1);
        next.sendDatagramOnce(payload(3, 100));
        assertThat(digests(take(subscriber, 1).stream())).isEqualTo(digests(Stream.of(payload(3, 100))));
    }

    @Test
    void leavesNothingBehind() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        publisher.sendStream(payload(1, 5000));
        assertSameStreams(subscriber, List.of(payload(1, 5000)));
        publisher.close();
        subscriber.close();
        await().untilAsserted(() -> {
            var statistics = relay.statistics();
            assertThat(statistics).containsEntry("connections", 0L).containsEntry("cache.bytes", 0L);
            assertThat(statistics).containsEntry("tracks", 0L).containsEntry("lanes", 0L);
            statistics.forEach((name, count) -> assertThat(name.startsWith("map.") ? count : 0)
                    .as(name)
                    .isZero());
        });
    }

    @Test
    void subscribersAreNotHeard() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        KwikPeer other = fanSubscriber();
        awaitLanes(2);
        subscriber.sendDatagramOnce(payload(1, 100));
        await().until(() -> relay.statistics().getOrDefault("dropped.from_subscriber", 0L) == 1);
        publisher.sendDatagramOnce(payload(2, 100));
        assertThat(digests(take(other, 1).stream())).isEqualTo(digests(Stream.of(payload(2, 100))));
        subscriber.sendFrame(new StreamFrame(2, new byte[] {1}, true));
        assertThat(subscriber.closedWith.get(10, TimeUnit.SECONDS)).isEqualTo(STREAM_LIMIT_ERROR);
    }

    /// Drops what begins with a byte above the first word, in both modes.
    private static final String BY_FIRST_BYTE = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_OBJECT(object, payload, config)
            {
            	object->layer = payload->length ? payload->bytes[0] : 0;
            }
            WEIR_FILTER(object, lane, track, shared, config)
            {
            	return object->layer > config->words[0] ? WEIR_DROP(1) : WEIR_FORWARD;
            }
            """;

    private static FanoutPolicy byFirstByte(int highest) {
        byte[] object = PolicyCompiler.compile(BY_FIRST_BYTE);
        return new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return (media, payload) ->
                        new FrameContent(payload.hasRemaining() ? Byte.toUnsignedInt(payload.get()) : 0, true);
            }

            @Override
            public ObjectFilter filter() {
                return (media, lane, state) ->
                        media.content().layer() > highest ? Verdict.drop("type") : Verdict.forward();
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(new ProgramVariant(object, List.of((long) highest), List.of("type"), List.of()));
            }
        };
    }

    @Test
    void policiesReadThePayload() throws Exception {
        KwikPeer publisher = fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        InstalledPolicy installed = relay.policies().install("by-first-byte", byFirstByte(1));
        relay.policies().assign(List.of(new Policies.Binding(installed, track -> track.startsWith("fan/"), Set.of())));
        // One after the other: Kwik repeats packets with both kinds when it probes, DATAGRAMs and all.
        for (int i = 0; i < 9; i++) {
            publisher.sendDatagramOnce(typed(i));
        }
        assertThat(take(subscriber, 6)).extracting(bytes -> bytes[0]).containsOnly((byte) 0, (byte) 1);
        assertThat(subscriber.datagrams.poll(100, TimeUnit.MILLISECONDS))
                .as("%s", relay.statistics())
                .isNull();
        for (int i = 0; i < 9; i++) {
            publisher.sendStream(typed(i));
        }
        await().until(() -> subscriber.streams.size() == 6);
        assertThat(subscriber.streams.values()).extracting(bytes -> bytes[0]).containsOnly((byte) 0, (byte) 1);
        assertThat(subscriber.brokenStreams).isEmpty();
        await().untilAsserted(() -> {
            Policies.Account account = relay.policies().account(installed);
            assertThat(isInKernel() ? account.droppedByKernel() : account.droppedByUserSpace())
                    .isEqualTo(Map.of("type", 6L));
        });
    }

    /// A payload of type 0, 1 or 2, large enough that a packet has fewer than 16 of them.
    private static byte[] typed(int number) {
        byte[] bytes = payload(number, 200);
        bytes[0] = (byte) (number % 3);
        return bytes;
    }

    @Test
    void moqtDoesNotSeeIt() throws Exception {
        fanPublisher();
        KwikPeer subscriber = fanSubscriber();
        awaitLanes(1);
        KwikPeer moqt = peer(CHACHA);
        var request = moqt.request(new Subscribe(
                0, FullTrackName.of("fan", "1"), Parameters.EMPTY));
        assertThat(request.answer()).isInstanceOf(RequestError.class);
        assertThat(subscriber.streams).isEmpty();
    }
}
