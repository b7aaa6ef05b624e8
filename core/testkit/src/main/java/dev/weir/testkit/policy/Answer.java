// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.LaneState;
import dev.weir.spi.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What a policy made of an object, decided, and remembers.
///
/// @param words the policy's own for lane and track
/// @param laneWords the policy's own for the lane
record Answer(
        Verdict verdict,
        long index,
        long restart,
        int priority,
        int layer,
        boolean independent,
        long picture,
        long lastIndex,
        long dropUntil,
        List<Long> words,
        List<Long> laneWords) {

    static List<Long> words(LaneState state) {
        return IntStream.range(0, LaneState.WORDS).mapToObj(state::word).toList();
    }

    static List<Long> laneWords(LaneState state) {
        return IntStream.range(0, LaneState.WORDS).mapToObj(state::laneWord).toList();
    }

    /// Whether what is remembered is the same.
    boolean remembersAs(Answer other) {
        return lastIndex == other.lastIndex
                && dropUntil == other.dropUntil
                && words.equals(other.words)
                && laneWords.equals(other.laneWords);
    }

    /// What the object is as here, the verdict and what is remembered as there.
    Answer decidedAs(Answer other) {
        return new Answer(
                other.verdict, index, restart, priority, layer, independent, picture, other.lastIndex, other.dropUntil,
                other.words, other.laneWords);
    }

    /// The differences, one a line.
    static String differences(String name, Answer answer, String otherName, Answer other) {
        var lines = new ArrayList<String>();
        Map<String, String> there = other.texts();
        answer.texts().forEach((what, text) -> {
            if (!text.equals(there.get(what))) {
                lines.add(what + ": " + name + " says " + text + ", " + otherName + " says " + there.get(what));
            }
        });
        return String.join("\n", lines);
    }

    private Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        texts.put("verdict", JavaText.verdict(verdict));
        texts.put("index", JavaText.number(index));
        texts.put("restart", JavaText.number(restart));
        texts.put("priority", String.valueOf(priority));
        texts.put("layer", String.valueOf(layer));
        texts.put("independent", String.valueOf(independent));
        texts.put("picture", JavaText.number(picture));
        texts.put("last index", JavaText.number(lastIndex));
        texts.put("drop until", JavaText.number(dropUntil));
        for (int i = 0; i < LaneState.WORDS; i++) {
            texts.put("word " + i, JavaText.number(words.get(i)));
            texts.put("lane word " + i, JavaText.number(laneWords.get(i)));
        }
        return texts;
    }
}
