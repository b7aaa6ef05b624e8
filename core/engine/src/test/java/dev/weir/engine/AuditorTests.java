// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.view.AuditView.Sum;
import org.junit.jupiter.api.Test;

/// Books that balance, and the ways in which they may not.
class AuditorTests extends OneSubscriber {
    private static final long PACKET = 40;

    private Sum sum(String name) {
        return sum(name, subscriber.slot);
    }

    private Sum sum(String name, int lane) {
        return relay.auditor().audit().sums().stream()
                .filter(sum -> sum.name().equals(name) && sum.lane() == lane)
                .findFirst().orElseThrow();
    }

    /// The kernel sends the subscriber an object of the publisher's packet.
    private long kernelSends(long publisherNumber, long object) {
        long number = plane.draw(subscriber.slot);
        plane.datagramCopy(0, subscriber.slot, number, publisherNumber, 5, object);
        return number;
    }

    @Test
    void packetNumbersOfKernelAndUserSpaceAddUp() {
        kernelSends(PACKET, 0);
        subscriber.cells.drawPacketNumber();
        subscriber.cells.drawPacketNumber();
        subscriber.cells.notUsed();
        subscriber.cells.skipTo(10);
        Sum numbers = sum("packet numbers");

        assertThat(numbers.total()).isEqualTo(10);
        assertThat(numbers.parts()).containsEntry("sent by the kernel", 1L).containsEntry("sent by user space", 1L)
                .containsEntry("skipped: empty packet", 1L).containsEntry("skipped: key update", 7L);
        assertThat(numbers.imbalance()).isZero();
    }

    @Test
    void aConnectionWhoseHandshakeGoesOnIsNoneToLookAt() {
        Session connecting = relay.newSession();
        connecting.cells.drawPacketNumber();

        assertThat(relay.auditor().audit().isBalanced()).isTrue();
        assertThat(relay.statistics()).containsEntry("audit.imbalance", 0L);
        connecting.closed();
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    @Test
    void aNumberThatNobodyKnowsOfIsFound() {
        plane.draw(subscriber.slot);

        assertThat(sum("packet numbers").imbalance()).isEqualTo(1);
        assertThat(relay.auditor().audit().isBalanced()).isFalse();
        assertThat(relay.auditor().audit().imbalances()).containsExactly(sum("packet numbers"));
        assertThat(relay.statistics()).containsEntry("audit.imbalance", 1L);
    }

    @Test
    void aNumberThatTwoHaveUsedIsFound() {
        long number = kernelSends(PACKET, 0);
        plane.datagramCopy(0, subscriber.slot, number, PACKET + 1, 5, 1);

        assertThat(sum("packet numbers").imbalance()).isEqualTo(-1);
    }

    @Test
    void everyObjectIsSentByTheKernelOrByUserSpace() {
        long number = kernelSends(PACKET, 0);
        kernelSends(PACKET + 1, 1);
        publisher.datagram(PACKET, datagram(0));
        publisher.datagram(PACKET + 2, datagram(2));
        Sum datagrams = sum("datagrams");

        assertThat(datagrams.total()).isEqualTo(3);
        assertThat(datagrams.parts()).containsEntry("sent or dropped by the kernel", 1L)
                .containsEntry("of these, still to come to user space", 1L).containsEntry("queued by user space", 1L);
        assertThat(datagrams.imbalance()).isZero();

        subscriber.acknowledged(new long[] {number, number}, 0, now);
        assertThat(sum("datagram fates").parts()).containsEntry("acknowledged", 1L).containsEntry("open", 2L);
        assertThat(sum("datagram fates").imbalance()).isZero();
    }

    @Test
    void anObjectThatKernelAndUserSpaceHaveBothSentIsFound() {
        publisher.datagram(PACKET, datagram(0));
        kernelSends(PACKET, 0);
        relay.tick();
        subscriber.account.matched++; // as if the same packet had come once more
        kernelSends(PACKET + 1, 1);
        publisher.datagram(PACKET + 1, datagram(1));

        assertThat(sum("datagrams").imbalance()).isEqualTo(-1);
    }

    @Test
    void streamsAreDeliveredResetOrOpen() {
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM + 4, 0, 600, false, FIRST_STREAM + 4);
        relay.tick();
        subscriber.stopSending(FIRST_STREAM, 4);
        Sum streams = sum("streams");

        assertThat(streams.total()).isEqualTo(2);
        assertThat(streams.parts()).containsEntry("reset", 1L).containsEntry("open", 1L);
        assertThat(streams.imbalance()).isZero();
        subscriber.account.streamsOpened++;
        assertThat(sum("streams").imbalance()).isEqualTo(1);
    }

    @Test
    void whoIsGoneStaysInTheBooks() {
        kernelSends(PACKET, 0);
        plane.streamCopy(0, subscriber.slot, plane.draw(subscriber.slot), PUBLISHER_STREAM, 0, 600, false, FIRST_STREAM);
        relay.tick();
        kernelSends(PACKET + 1, 1); // read when the lane is out of force already: a number, and nothing else
        subscriber.closed();

        assertThat(sum("packet numbers", -1).total()).isEqualTo(3);
        assertThat(sum("datagrams", -1).parts()).containsEntry("of these, still to come to user space", 1L);
        assertThat(sum("datagram fates", -1).parts()).containsEntry("open when the connection ended", 1L);
        assertThat(sum("streams", -1).parts()).containsEntry("cut off", 1L);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }

    @Test
    void anObjectOfAPublisherThatIsGoneIsNotWaitedFor() {
        kernelSends(PACKET, 0);
        relay.tick();
        publisher.closed();

        assertThat(sum("datagrams").parts()).containsEntry("of these, whose publisher is gone", 1L);
        assertThat(relay.auditor().audit().isBalanced()).isTrue();
    }
}
