// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import dev.weir.bench.report.CompareCell;
import dev.weir.bench.run.SyntheticLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `compare run` measures: every combination of its lists.
///
/// @param modes `stream` and `datagram`, at least one (`--modes`)
/// @param paths `kernel` and `userspace`, at least one (`--paths`)
/// @param subscribers numbers of subscribers, each 1 to 256 (`--subscribers`)
/// @param losses shares of the packets to subscribers that the network loses, percent, each 0 to 90 (`--loss`)
/// @param delays what every packet between relay and subscribers waits, each way, milliseconds, each 0 to 2000 (`--delay`)
/// @param load checksummed objects (`--rate`, `--size`); null: a video
/// @param media a file that ffmpeg reads (`--media`); null: objects, or the test picture
/// @param seconds length of each measurement, 1 to 3600 (`--seconds`)
/// @param repetitions how often each combination is measured, 1 to 100 (`--repetitions`)
/// @param json where every finished run is written; null: nowhere (`--json`)
/// @param html where the page is written; null: nowhere (`--html`)
public record CompareOptions(
        List<String> modes,
        List<String> paths,
        List<Integer> subscribers,
        List<Double> losses,
        List<Integer> delays,
        @Nullable SyntheticLoad load,
        @Nullable Path media,
        int seconds,
        int repetitions,
        @Nullable Path json,
        @Nullable Path html) {
    private static final int MOST_SUBSCRIBERS = 256;
    private static final int MOST_LOSS = 90;
    private static final int MOST_DELAY = 2000;
    private static final int MOST_SECONDS = 3600;
    private static final int MOST_REPETITIONS = 100;
    /// Smaller packets the network spares in DATAGRAM mode, since they might be something else.
    private static final int SMALLEST_LOST = 600;

    /// @throws IllegalArgumentException if a value is out of its range or options exclude each other, as a sentence
    public CompareOptions {
        modes = words("--modes", modes, Set.of("stream", "datagram"));
        paths = words("--paths", paths, Set.of("kernel", "userspace"));
        subscribers = distinct("--subscribers", subscribers);
        losses = distinct("--loss", losses);
        delays = distinct("--delay", delays);
        subscribers.forEach(n -> range("--subscribers", n, 1, MOST_SUBSCRIBERS, "subscribers"));
        losses.forEach(n -> range("--loss", n, 0, MOST_LOSS, "percent"));
        delays.forEach(n -> range("--delay", n, 0, MOST_DELAY, "milliseconds"));
        range("--seconds", seconds, 1, MOST_SECONDS, "seconds");
        range("--repetitions", repetitions, 1, MOST_REPETITIONS, "repetitions");
        if (load != null && media != null) {
            throw new IllegalArgumentException("--media excludes --rate and --size; leave one or the other out.");
        }
        if (load != null && load.size() < SMALLEST_LOST && modes.contains("datagram") && losses.stream().anyMatch(loss -> loss > 0)) {
            throw new IllegalArgumentException("--size takes " + SMALLEST_LOST + " bytes or more with --loss and datagram, not " + load.size()
                    + ": smaller packets are not lost, so that every loss is an object that one can account for.");
        }
    }

    private static <T> List<T> distinct(String option, List<T> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException(option + " takes one or more values, separated by commas.");
        }
        return values.stream().distinct().toList();
    }

    private static List<String> words(String option, List<String> values, Set<String> known) {
        List<String> result = distinct(option, values);
        result.stream().filter(word -> !known.contains(word)).findFirst().ifPresent(word -> {
            throw new IllegalArgumentException(option + " takes " + String.join(" and ", known.stream().sorted().toList())
                    + ", separated by commas, not '" + word + "'.");
        });
        return result;
    }

    private static void range(String option, double value, int least, int most, String unit) {
        if (!(value >= least && value <= most)) {
            String shown = value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
            throw new IllegalArgumentException(option + " takes " + least + " to " + most + " " + unit + ", not " + shown + ".");
        }
    }

    /// @return every combination, modes and paths of the same circumstances next to each other
    List<CompareCell> cells() {
        var cells = new ArrayList<CompareCell>();
        for (int count : subscribers) {
            for (double loss : losses) {
                for (int delay : delays) {
                    for (String mode : modes) {
                        paths.forEach(path -> cells.add(new CompareCell(mode, path, count, loss, delay)));
                    }
                }
            }
        }
        return cells;
    }

    /// @return the options as one would type them
    String command() {
        var words = new ArrayList<String>();
        add(words, "--modes", modes);
        add(words, "--paths", paths);
        add(words, "--subscribers", subscribers);
        add(words, "--loss", losses.stream().map(loss -> new CompareCell("", "", 1, loss, 0).loss()).toList());
        add(words, "--delay", delays);
        if (load != null) {
            words.add("--rate " + load.rate() + " --size " + load.size());
        } else if (media != null) {
            words.add("--media " + media.getFileName());
        }
        words.add("--seconds " + seconds + " --repetitions " + repetitions);
        return "./weir compare run " + String.join(" ", words);
    }

    private static void add(List<String> words, String option, List<?> values) {
        words.add(option + " " + String.join(",", values.stream().map(String::valueOf).toList()));
    }
}
