// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One object as policies see it in user space. Each policy looks at it once and is then asked for each subscriber; a hook
/// that throws is replaced by the default one and counted, for a policy can fail only alone (DESIGN rule 11).
///
/// Guarded by the engine's lock.
final class PolicyView {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyView.class);

    private final Relay relay;
    private final MediaObject media;
    private final ByteBuffer payload;
    private @Nullable InstalledPolicy looker;
    private @Nullable FanoutObject looked;

    /// @param payload the object's payload, from position to limit, as far as it has come
    PolicyView(Relay relay, MediaObject media, ByteBuffer payload) {
        this.relay = relay;
        this.media = media;
        ByteBuffer visible = payload.asReadOnlyBuffer();
        visible.limit(Math.min(visible.limit(), visible.position() + FrameParser.VISIBLE_BYTES));
        this.payload = visible;
    }

    /// Asks the subscription's policy, and enters its answer into the account.
    ///
    /// @return false: the object is dropped
    boolean forwards(Subscription subscription) {
        InstalledPolicy policy = subscription.policy;
        if (policy.isPassAll()) {
            return true;
        }
        FanoutObject object = look(policy);
        Verdict verdict = guarded(
                policy, () -> policy.filter.decide(object, lane(subscription), subscription.state), Verdict.forward());
        if (verdict instanceof Verdict.Drop drop) {
            policy.account().droppedByUserSpace(drop.reason()).increment();
            relay.counters().increment("dropped.policy");
            note(subscription, Obstacle.POLICY, drop.reason());
            return false;
        }
        subscription.state.forwarded(object.index().index());
        policy.account().forwardedByUserSpace.increment();
        return true;
    }

    /// How urgent the object is to the subscription's policy; lower is more urgent.
    int priority(Subscription subscription) {
        InstalledPolicy policy = subscription.policy;
        return policy.isPassAll() ? media.priority() : look(policy).priority();
    }

    /// Asks whether a stream that has begun with this object, or a DATAGRAM object that waits, is to be given up.
    ///
    /// @param waits some of its bytes wait in user space
    boolean givesUp(Subscription subscription, boolean waits) {
        InstalledPolicy policy = subscription.policy;
        if (policy.isPassAll()) {
            return false;
        }
        FanoutObject object = look(policy);
        LaneView lane = lane(subscription);
        Verdict verdict = guarded(
                policy,
                () -> waits
                        ? policy.filter.reconsider(object, lane, subscription.state)
                        : policy.filter.interrupt(object, lane, subscription.state),
                Verdict.forward());
        if (verdict instanceof Verdict.Drop drop) {
            policy.account().droppedByUserSpace(drop.reason()).increment();
            policy.account().revoked.increment();
            relay.counters().increment(media.mode() == DeliveryMode.STREAM ? "dropped.policy_reset" : "dropped.policy");
            note(subscription, Obstacle.GIVEN_UP, drop.reason());
            return true;
        }
        return false;
    }

    private void note(Subscription subscription, Obstacle obstacle, String reason) {
        boolean stream = media.mode() == DeliveryMode.STREAM;
        subscription.past.refused(
                media.group(), stream ? media.subgroup() : media.object(), stream, obstacle, reason, relay.now());
    }

    private FanoutObject look(InstalledPolicy policy) {
        FanoutObject present = looked;
        if (present != null && looker == policy) {
            return present;
        }
        FrameContent content = guarded(
                policy, () -> policy.frames.parse(media, payload.duplicate()), new FrameContent(0, media.object() == 0));
        ObjectIndex index =
                guarded(policy, () -> policy.indexer.index(media, content), new ObjectIndex(media.group(), media.group()));
        FanoutObject object = guarded(
                policy,
                () -> new FanoutObject(media, content, index, policy.priorities.assign(media, content, index)),
                new FanoutObject(media, content, index, media.priority()));
        looker = policy;
        looked = object;
        return object;
    }

    private LaneView lane(Subscription subscription) {
        Session session = subscription.session;
        return new LaneView(
                relay.now(),
                session.laneClass,
                subscription.priority,
                session.cells.congestionWindow(),
                session.cells.bytesInFlight(),
                session.cells.sentBytes(),
                session.measure.smoothedRttNanos(),
                session.measure.delayNanos(),
                session.measure.jitterNanos(),
                session.measure.lossPerMillion());
    }

    /// Null is no answer either.
    private <T> T guarded(InstalledPolicy policy, Supplier<T> hook, T otherwise) {
        try {
            return Objects.requireNonNull(hook.get(), "the hook gives null");
        } catch (Throwable e) {
            relay.counters().increment("policy.exceptions");
            if (policy.failed(relay.now())) {
                complain(policy, e);
            }
            return otherwise;
        }
    }

    /// Writing down an exception of a policy's own means calling it.
    private static void complain(InstalledPolicy policy, Throwable thrown) {
        var line = LOG.atWarn().addKeyValue("policy", policy.name());
        String text = "a hook of policy {} failed, and the default was taken; 'policy stats' counts how often";
        try {
            line.setCause(thrown).log(text, policy.name());
        } catch (Throwable worse) {
            LOG.atWarn().addKeyValue("policy", policy.name()).log(text + " (" + thrown.getClass().getName() + ")", policy.name());
        }
    }
}
