// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.AuditView.Sum;
import java.util.Map;

/// What one connection was to get and what it got, for the audit (DESIGN rule 8). Counted where things happen, each by those who do
/// them, so that the sums say something. Guarded by the engine's lock.
final class LaneAccount {
    private static final long NO_CUT = Long.MAX_VALUE;

    private long cut = NO_CUT;
    private long kernelDrawn;
    private long kernelLeftOut;
    private long drawnAboveCut;
    private long leftOutAboveCut;

    /// DATAGRAM objects that the kernel's records say it sent, or dropped for its policy.
    long servedByKernel;
    long droppedByKernel;
    /// Of these, the ones that came to user space too, and the ones that cannot any more: their publisher is gone.
    long matched;
    long neverMet;
    /// Objects that came to user space and that were its own to send, and what became of them: one of the next three.
    long offered;
    long refusedByPolicy;
    long tooLarge;
    long queued;
    /// Of those queued, the ones that others pushed out, and the ones that the policy gave up when their turn came.
    long queueFull;
    long givenUp;
    private long datagramsAcknowledged;
    private long datagramsLost;

    /// Streams begun for the subscriber, and how they ended; the rest is open.
    long streamsOpened;
    long streamsDelivered;
    long streamsReset;
    long streamsCutOff;

    /// What was due to subscriptions that have ended.
    Sum datagramsDue = Sum.of(0, "", "datagrams due", 0, Map.of());
    Sum streamsDue = Sum.of(0, "", "streams due", 0, Map.of());

    /// A subscription ends.
    void settle(SubscriptionDue due) {
        datagramsDue = datagramsDue.plus(due.datagrams());
        streamsDue = streamsDue.plus(due.streams());
    }

    /// The kernel drew a packet number for a copy.
    void kernelDrew(long number) {
        kernelDrawn++;
        drawnAboveCut += number >= cut ? 1 : 0;
    }

    /// The kernel drew a packet number that its key does not allow: it is on no packet.
    void kernelLeftOut(long number) {
        kernelLeftOut++;
        leftOutAboveCut += number >= cut ? 1 : 0;
    }

    /// From now on, numbers from `number` on are counted apart: they are drawn while the audit looks.
    void cutAt(long number) {
        cut = number;
        drawnAboveCut = 0;
        leftOutAboveCut = 0;
    }

    void datagramsSettled(int frames, boolean lost) {
        if (lost) {
            datagramsLost += frames;
        } else {
            datagramsAcknowledged += frames;
        }
    }

    long drawnByKernel() {
        return kernelDrawn - drawnAboveCut;
    }

    long leftOutByKernel() {
        return kernelLeftOut - leftOutAboveCut;
    }

    long datagramsAcknowledged() {
        return datagramsAcknowledged;
    }

    long datagramsLost() {
        return datagramsLost;
    }
}
