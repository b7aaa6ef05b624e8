// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PacketIndexer;
import dev.weir.spi.PriorityAssigner;
import dev.weir.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/// A policy's hooks, asked as user space asks them.
final class JavaForm {
    private final FrameParser frames;
    private final PacketIndexer indexer;
    private final PriorityAssigner priorities;
    private final ObjectFilter filter;

    JavaForm(FanoutPolicy policy) {
        frames = policy.frames();
        indexer = policy.indexer();
        priorities = policy.priorities();
        filter = policy.filter();
    }

    /// State as a sequence begins with it.
    static LaneState start(Sequence sequence) {
        LaneState state = LaneState.fresh();
        state.forwarded(sequence.lastIndex());
        state.dropUntil(sequence.dropUntil());
        return state;
    }

    /// Asks all hooks.
    ///
    /// @param state what the policy remembers, before and after
    /// @throws HookFailure if one of them throws, or changes what it may not
    Answer answer(Question question, LaneState state) {
        var media = question.media();
        FrameContent content = guarded(
                "FrameParser", () -> frames.parse(media, ByteBuffer.wrap(question.payload()).asReadOnlyBuffer()));
        ObjectIndex index = guarded("PacketIndexer", () -> indexer.index(media, content));
        FanoutObject object = guarded(
                "PriorityAssigner",
                () -> new FanoutObject(media, content, index, priorities.assign(media, content, index)));
        Verdict verdict = guarded("ObjectFilter", () -> filter.decide(object, question.lane(), state));
        if (verdict instanceof Verdict.Forward) {
            state.forwarded(index.index());
        }
        var answer = new Answer(
                verdict, index.index(), index.restart(), object.priority(), content.layer(), content.independent(),
                content.picture(), state.lastIndex(), state.dropUntil(), Answer.words(state), Answer.laneWords(state));
        if (media.mode() == DeliveryMode.STREAM) {
            reconsider(question, object, state, answer);
        }
        return answer;
    }

    private void reconsider(Question question, FanoutObject object, LaneState state, Answer answer) {
        guarded("ObjectFilter", () -> filter.reconsider(object, question.lane(), state));
        guarded("ObjectFilter", () -> filter.interrupt(object, question.lane(), state));
        List<Long> words = Answer.words(state);
        List<Long> laneWords = Answer.laneWords(state);
        if (!words.equals(answer.words()) || !laneWords.equals(answer.laneWords()) || state.dropUntil() != answer.dropUntil()) {
            throw new HookFailure("reconsider() or interrupt() changed the state; let them look only.");
        }
    }

    private static <T> T guarded(String hook, Supplier<T> question) {
        try {
            return Objects.requireNonNull(question.get(), "the answer is null");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw new HookFailure("The " + hook + " failed with " + e + "; answer with what the default does instead.", e);
        }
    }
}
