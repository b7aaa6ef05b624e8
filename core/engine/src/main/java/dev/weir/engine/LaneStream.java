// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/// One subscriber's copy of one upstream subgroup stream: which bytes it was sent, which it acknowledged, which
/// user space still has to send. Offsets are the lane's own: publisher offset + [#shift].
///
/// Guarded by the engine's lock.
final class LaneStream {
    private static final byte[] NOTHING = {};

    final Subscription subscription;
    final UpstreamStream upstream;
    /// The subscriber connection's stream ID.
    final long id;
    /// Rewritten header that replaces the publisher's where the subscription starts inside the subgroup; else empty.
    final byte[] prefix;
    /// Lane offset minus publisher offset.
    final long shift;

    private final RangeSet sent = new RangeSet();
    private final RangeSet acknowledged = new RangeSet();
    private final RangeSet pending = new RangeSet();
    /// The peer's MAX_STREAM_DATA for this stream.
    long limit;
    /// Highest offset paid for with connection credit by either side, as far as user space knows.
    long charged;
    /// The kernel's own high-water mark, as far as its records were read.
    long kernelCharged;
    /// Of the waiting bytes, those in [SendQueue]'s sum.
    long countedBytes;
    private boolean finSent;
    private boolean finAcknowledged;
    private boolean finPending;
    private boolean reset;
    /// The kernel has an entry for this stream and forwards what arrives.
    boolean followed;
    /// Whose priority [#assigned] is.
    private @Nullable InstalledPolicy assigner;
    private int assigned;

    LaneStream(Subscription subscription, UpstreamStream upstream, long id, long limit) {
        this(subscription, upstream, id, limit, NOTHING, 0);
    }

    /// @param prefix bytes that stand in for the publisher's stream up to `resumeAt`
    /// @param resumeAt publisher offset whose byte follows the prefix
    LaneStream(
            Subscription subscription, UpstreamStream upstream, long id, long limit, byte[] prefix, long resumeAt) {
        this.subscription = subscription;
        this.upstream = upstream;
        this.id = id;
        this.limit = limit;
        this.prefix = prefix;
        this.shift = prefix.length - resumeAt;
        pending.add(0, prefix.length);
    }

    /// What the subscription's policy made of the publisher's priority, as soon as it can tell; lower is more urgent.
    int priority() {
        InstalledPolicy policy = subscription.policy;
        if (policy.isPassAll()) {
            return upstream.priority();
        }
        if (assigner != policy) {
            PolicyView view = upstream.view(subscription.session.relay);
            if (view == null) {
                return upstream.priority(); // its first object is still to come
            }
            assigner = policy;
            assigned = view.priority(subscription);
        }
        return assigned;
    }

    /// The publisher's bytes `[from, to)` are in the cache now: what was not sent yet becomes pending.
    void available(long from, long to) {
        if (!reset) {
            pending.addExcept(Math.max(prefix.length, from + shift), to + shift, sent);
            changed();
        }
    }

    /// The publisher has ended the stream.
    void ended() {
        if (!reset && !finSent) {
            finPending = true;
            changed();
        }
    }

    /// A packet with these bytes left, from either side.
    void sent(long offset, long length, boolean fin) {
        sent.add(offset, offset + length);
        pending.remove(offset, offset + length);
        if (fin) {
            finSent = true;
            finPending = false;
        }
        changed();
    }

    void acknowledged(long offset, long length, boolean fin) {
        acknowledged.add(offset, offset + length);
        pending.remove(offset, offset + length);
        if (fin) {
            finAcknowledged = true;
            finPending = false;
        }
        changed();
    }

    private void changed() {
        subscription.session.queue.changed(this);
    }

    /// @return bytes that have to be sent again
    long lost(long offset, long length, boolean fin) {
        if (reset) {
            return 0;
        }
        long before = pending.total();
        pending.addExcept(offset, offset + length, acknowledged);
        if (fin && !finAcknowledged) {
            finPending = true;
        }
        changed();
        return pending.total() - before;
    }

    /// Whether there is something that can be sent now. What the kernel sent and lost before user space has received it has
    /// to wait until it arrives.
    boolean hasPending() {
        return !reset && (!pending.isEmpty() && pending.start(0) < cachedEnd() || finReady());
    }

    /// Whether the publisher has still to send some of it.
    boolean goesOn() {
        return !reset && upstream.finalSize() < 0;
    }

    private long cachedEnd() {
        return Math.max(prefix.length, upstream.length() + shift);
    }

    long pendingBytes() {
        return reset ? 0 : pending.total();
    }

    private boolean finReady() {
        return finPending && pending.isEmpty() && upstream.finalSize() >= 0;
    }

    /// First offset that waits, for a chunk; the FIN alone waits at the final size.
    long pendingStart() {
        return pending.isEmpty() ? upstream.finalSize() + shift : pending.start(0);
    }

    /// One past the last offset of the first waiting range.
    long pendingEnd() {
        return pending.isEmpty() ? pendingStart() : Math.min(pending.end(0), cachedEnd());
    }

    /// Whether a chunk that ends at `end` carries the FIN.
    boolean endsAt(long end) {
        return upstream.finalSize() >= 0 && end == upstream.finalSize() + shift;
    }

    /// Copies lane bytes `[offset, offset + length)`.
    byte[] bytes(long offset, int length) {
        byte[] result = new byte[length];
        int fromPrefix = (int) Math.max(0, Math.min(length, prefix.length - offset));
        System.arraycopy(prefix, (int) Math.min(offset, prefix.length), result, 0, fromPrefix);
        if (fromPrefix < length) {
            upstream.copy(offset + fromPrefix - shift, result, fromPrefix, length - fromPrefix);
        }
        return result;
    }

    /// Highest offset sent: the final size if the stream is reset now (RFC 9000 section 4.5).
    long highestSent() {
        return sent.highest();
    }

    /// Stops everything; the caller sends the RESET_STREAM.
    void markReset() {
        reset = true;
        pending.clear();
        finPending = false;
        changed();
    }

    /// Whether the peer's MAX_STREAM_DATA stops it.
    boolean isAtLimit() {
        return !reset && !pending.isEmpty() && pending.start(0) >= limit;
    }

    /// Where it stands, in words.
    String state() {
        if (reset) {
            return "it was reset after " + sent.highest() + " bytes";
        }
        String done = sent.total() + " bytes sent, " + acknowledged.total() + " acknowledged, " + pendingBytes() + " waiting";
        return isSettled() ? done + ", complete" : finSent ? done + ", its end was sent" : done;
    }

    boolean isReset() {
        return reset;
    }

    boolean isFinSent() {
        return finSent;
    }

    /// Everything was acknowledged, or nothing more will be sent.
    boolean isSettled() {
        return reset
                || finAcknowledged
                        && upstream.finalSize() >= 0
                        && acknowledged.contains(0, upstream.finalSize() + shift);
    }
}
