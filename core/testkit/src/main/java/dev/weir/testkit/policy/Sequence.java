// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import java.util.ArrayList;
import java.util.List;

/// Questions about one lane and one track, one after the other: what the policy remembers goes from each to the next.
///
/// @param lastIndex what the state begins with; the words begin as zeros
/// @param dropUntil likewise
record Sequence(long lastIndex, long dropUntil, List<Step> steps) {
    Sequence {
        steps = List.copyOf(steps);
    }

    /// The first steps only.
    Sequence first(int count) {
        return new Sequence(lastIndex, dropUntil, steps.subList(0, count));
    }

    Sequence without(int from, int to) {
        var remaining = new ArrayList<>(steps.subList(0, from));
        remaining.addAll(steps.subList(to, steps.size()));
        return new Sequence(lastIndex, dropUntil, remaining);
    }

    Sequence with(int number, Step step) {
        var changed = new ArrayList<>(steps);
        changed.set(number, step);
        return new Sequence(lastIndex, dropUntil, changed);
    }

    /// The steps in the terms of policies.
    ///
    /// @param classes names of the lane classes
    List<Question> questions(String track, List<String> classes) {
        var questions = new ArrayList<Question>();
        long now = 0;
        long sent = 0;
        for (Step step : steps) {
            now = Math.max(0, now + step.get(Field.ELAPSED));
            sent += step.get(Field.SENT);
            questions.add(new Question(step.media(track, now), step.payload(), step.lane(classes, now, sent)));
        }
        return questions;
    }
}
