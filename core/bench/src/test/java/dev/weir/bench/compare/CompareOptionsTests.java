// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.bench.report.CompareCell;
import dev.weir.bench.run.SyntheticLoad;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompareOptionsTests {
    private static CompareOptions options(List<String> modes, List<String> paths, List<Integer> subscribers, List<Double> losses,
            List<Integer> delays) {
        return new CompareOptions(modes, paths, subscribers, losses, delays, new SyntheticLoad(100, 1200), null, 5, 2, null, null);
    }

    private static void refused(String sentence, List<String> modes, List<Integer> subscribers, List<Double> losses, List<Integer> delays) {
        assertThatIllegalArgumentException().isThrownBy(() -> options(modes, List.of("kernel"), subscribers, losses, delays))
                .withMessage(sentence);
    }

    @Test
    void everyCombinationIsACellAndNoneIsOneTwice() {
        var cells = options(List.of("stream", "datagram", "stream"), List.of("kernel", "userspace"), List.of(1, 8), List.of(0.0, 2.5),
                List.of(0, 20)).cells();

        assertThat(cells).hasSize(32).doesNotHaveDuplicates()
                .startsWith(new CompareCell("stream", "kernel", 1, 0, 0), new CompareCell("stream", "userspace", 1, 0, 0))
                .contains(new CompareCell("datagram", "userspace", 8, 2.5, 20));
    }

    @Test
    void valuesOutOfRangeAreASentence() {
        List<String> stream = List.of("stream");
        refused("--modes takes datagram and stream, separated by commas, not 'video'.", List.of("video"), List.of(1), List.of(0.0), List.of(0));
        refused("--modes takes one or more values, separated by commas.", List.of(), List.of(1), List.of(0.0), List.of(0));
        refused("--subscribers takes 1 to 256 subscribers, not 0.", stream, List.of(8, 0), List.of(0.0), List.of(0));
        refused("--loss takes 0 to 90 percent, not 90.5.", stream, List.of(1), List.of(90.5), List.of(0));
        refused("--delay takes 0 to 2000 milliseconds, not -1.", stream, List.of(1), List.of(0.0), List.of(-1));
    }

    private static void refusedMedia(String part, @Nullable SyntheticLoad load, @Nullable Path media, int seconds, int repetitions) {
        assertThatIllegalArgumentException().isThrownBy(() -> new CompareOptions(List.of("datagram"), List.of("kernel"), List.of(1),
                List.of(5.0), List.of(0), load, media, seconds, repetitions, null, null)).withMessageContaining(part);
    }

    @Test
    void mediaThatCannotBeComparedAreASentence() {
        refusedMedia("--media excludes --rate", new SyntheticLoad(1, 1200), Path.of("x.mp4"), 5, 1);
        refusedMedia("--size takes 600 bytes or more", new SyntheticLoad(1, 100), null, 5, 1);
        refusedMedia("--seconds takes 1 to 3600 seconds, not 0.", null, null, 0, 1);
        refusedMedia("--repetitions takes 1 to 100 repetitions, not 101.", null, null, 5, 101);
    }

    @Test
    void theCommandCanBeTypedAgain() {
        assertThat(options(List.of("stream"), List.of("kernel", "userspace"), List.of(1), List.of(0.0, 2.5), List.of(20)).command())
                .isEqualTo("./weir compare run --modes stream --paths kernel,userspace --subscribers 1 --loss 0,2.5 --delay 20"
                        + " --rate 100 --size 1200 --seconds 5 --repetitions 2");
    }
}
