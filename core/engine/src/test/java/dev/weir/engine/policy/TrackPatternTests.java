// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrackPatternTests {
    @ParameterizedTest
    @CsvSource({
        "**, live/cam1/video, true",
        "live/*/video, live/cam1/video, true",
        "live/*/video, live/a/b/video, false",
        "live/**, live/a/b/video, true",
        "live/**, liver/a, false",
        "live/cam?/video, live/cam1/video, true",
        "live/cam?/video, live/cam/video, false",
        "a.b/c, axb/c, false",
        "a+(b)/[c], a+(b)/[c], true",
        "live/*, live/, true"
    })
    void matches(String pattern, String track, boolean expected) {
        assertThat(TrackPattern.parse(pattern).test(track)).isEqualTo(expected);
    }

    @Test
    void refusesNothing() {
        assertThatThrownBy(() -> TrackPattern.parse(" ")).isInstanceOf(PolicyException.class);
        assertThatThrownBy(() -> TrackPattern.parse("x".repeat(5000))).isInstanceOf(PolicyException.class);
    }
}
