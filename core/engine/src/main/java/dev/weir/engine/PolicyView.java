// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;

/// Asks the policy's Java face on the user-space path.
final class PolicyView {
    private PolicyView() {}

    /// The verdict for one object and one subscription. [Verdict.Defer] cannot come back: here is where deferring ends.
    static Verdict decide(
            FanoutPolicy policy,
            Subscription subscription,
            DeliveryMode mode,
            long group,
            long object,
            int priority,
            int size) {
        Session session = subscription.session;
        var media = new MediaObject(
                subscription.track.name.toString(), group, 0, object, priority, mode, size, session.relay.now());
        var lane = new LaneView(
                session.relay.now(),
                LaneView.DEFAULT_CLASS,
                subscription.priority,
                session.cells.congestionWindow(),
                session.cells.bytesInFlight(),
                0,
                session.rtt.smoothed(),
                0,
                0,
                0);
        Verdict verdict;
        try {
            var looked = new FanoutObject(
                    media, new FrameContent(0, object == 0), new ObjectIndex(group, group), priority);
            verdict = policy.filter().decide(looked, lane, LaneState.fresh());
        } catch (RuntimeException e) {
            // A policy can fail only alone (DESIGN rule 11): the object is forwarded.
            session.relay.counters().increment("policy.exceptions");
            return Verdict.forward();
        }
        return verdict instanceof Verdict.Defer ? Verdict.forward() : verdict;
    }
}
