// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Match;
import dev.weir.engine.view.Explanation;
import dev.weir.engine.view.Explanation.Finding;
import dev.weir.wire.moqt.Location;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds out why a subscriber did not get an object: from its subscription, from what is remembered of rulings, and from the
/// streams that are still known. Called under the engine's lock.
final class Explainer {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int FINDINGS = 64;

    private final Relay relay;
    private final Subscription subscription;

    Explainer(Relay relay, Subscription subscription) {
        this.relay = relay;
        this.subscription = subscription;
    }

    /// @param track full track name; null: the only one
    static Subscription find(Session session, @Nullable String track) {
        for (Subscription each : session.subscriptions.values()) {
            if (track == null && session.subscriptions.size() == 1 || each.track.name.toString().equals(track)) {
                return each;
            }
        }
        String names = session.subscriptions.keySet().stream().map(each -> each.name.toString()).collect(Collectors.joining(", "));
        throw new SteeringException(track == null
                ? "Subscriber " + session.slot + " has several tracks; name one of them: " + names + "."
                : "Subscriber " + session.slot + " does not subscribe to '" + track + "'; it subscribes to " + names + ".");
    }

    Explanation explain(@Nullable Long group, @Nullable Long object) {
        List<Match> matches = subscription.past.matches(group, object, relay.now());
        String answer = group == null ? summary(matches) : answer(group, object, matches);
        List<Finding> findings = matches.stream().limit(FINDINGS).map(Match::finding).toList();
        return new Explanation(subscription.session.slot, subscription.track.name.toString(), subscription.policy.name(), answer,
                findings, subscription.past.counts());
    }

    private String summary(List<Match> matches) {
        String sent = "The kernel has sent " + subscription.past.sentByKernel() + " frames of this track and user space "
                + subscription.past.sentByUserSpace();
        return matches.isEmpty()
                ? sent + "; nothing stood in the way of an object since the subscription began."
                : sent + "; " + subscription.past.refused() + " times something stood in an object's way.";
    }

    private String answer(long group, @Nullable Long object, List<Match> matches) {
        String what = object == null ? "group " + group : "object " + object + " of group " + group;
        String standing = notWanted(group, object, what);
        if (standing != null) {
            return standing;
        }
        SendQueue queue = subscription.session.queue;
        if (queue.isWaiting(subscription, group, object)) {
            return "Not sent yet: " + what + " waits in user space, as one of " + queue.waitingDatagrams()
                    + " DATAGRAMs, for room in the congestion window.";
        }
        Match last = matches.stream().filter(match -> match.obstacle().isFinal()).findFirst().orElse(null);
        if (last != null) {
            return "Not sent: " + what + " was " + words(last) + ".";
        }
        String stream = ofStreams(group);
        if (!stream.isEmpty()) {
            return stream;
        }
        int[] frames = subscription.past.framesOf(group);
        String sent = "of that group the kernel sent " + frames[0] + " frames and user space " + frames[1];
        if (!matches.isEmpty()) {
            return upper(what) + " was " + words(matches.getFirst()) + "; it was not dropped, and " + sent + ".";
        }
        if (frames[0] + frames[1] > 0) {
            return "Nothing stood in the way of " + what + "; " + sent
                    + ". If it did not arrive, the network lost it: 'lane show' has the lane's loss.";
        }
        return "Nothing is remembered of " + what + (subscription.past.isFull()
                ? "; only the last " + RulingMemory.CAPACITY + " rulings and 64 groups are."
                : ", and it was not sent; the publisher may have left it out.");
    }

    private @Nullable String notWanted(long group, @Nullable Long object, String what) {
        if (!subscription.active) {
            return "Not sent yet: the subscription " + (subscription.accepted
                    ? "waits for the subscriber to acknowledge SUBSCRIBE_OK." : "waits for the publisher.");
        }
        if (!subscription.forward) {
            return "Not sent: the subscriber has paused its subscription (FORWARD 0).";
        }
        boolean wanted = object == null ? subscription.wantsGroup(group) : subscription.wants(group, object);
        if (!wanted) {
            return "Not sent: " + what + " is outside of the subscription, which goes from object " + subscription.start.object()
                    + " of group " + Long.toUnsignedString(subscription.start.group()) + " to "
                    + (subscription.endGroup == Subscription.OPEN_END ? "the end" : "group " + Long.toUnsignedString(subscription.endGroup)) + ".";
        }
        Location largest = subscription.track.largest;
        boolean later = largest == null || largest.compareTo(new Location(group, object == null ? 0 : object)) < 0;
        if (later && !subscription.track.hasOwnFraming) {
            return "Not sent: " + what + " has not come from the publisher; the largest location is "
                    + (largest == null ? "none" : "object " + largest.object() + " of group " + largest.group()) + ".";
        }
        return null;
    }

    /// What is known of the subscriber's copies of a group's streams.
    private String ofStreams(long group) {
        return subscription.streams.values().stream()
                .filter(copy -> copy.upstream.hasHeader() && copy.upstream.group() == group)
                .map(copy -> "Stream " + copy.id + " carries subgroup " + copy.upstream.subgroup() + " of group " + group + ": "
                        + copy.state() + ".")
                .collect(Collectors.joining(" "));
    }

    private String words(Match match) {
        Finding finding = match.finding();
        String reason = finding.reason().isEmpty() ? "" : " (" + finding.reason() + ")";
        String what = finding.what().replace("the policy", "the policy " + subscription.policy.name());
        return "%s%s, %.1f s ago".formatted(what, reason, finding.ageNanos() / NANOS_PER_SECOND);
    }

    private static String upper(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
