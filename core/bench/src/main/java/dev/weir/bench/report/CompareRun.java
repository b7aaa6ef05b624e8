// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One repetition of one combination.
///
/// @param cell the combination
/// @param repetition from 1 on; also the seed of the losses
/// @param run what was measured; null: it failed
/// @param failure why there is nothing, a sentence; null: it was measured
public record CompareRun(CompareCell cell, int repetition, @Nullable RunReport run, @Nullable String failure) {
    private static final int MOST_REMARKS = 5;

    /// What is wrong with the run whatever the network did: not that objects are missing which the network lost or the relay dropped and
    /// counted in DATAGRAM mode, which is what is compared.
    ///
    /// @return sentences; empty: nothing
    public List<String> problems() {
        if (run == null) {
            return List.of(String.valueOf(failure));
        }
        var problems = new ArrayList<String>();
        add(problems, run.tagFailures(), "packets were not accepted: wrong tag, number used before, or malformed");
        add(problems, run.protocolViolations(), "protocol violations");
        add(problems, run.relayStatistics().getOrDefault("audit.imbalance", 0L), "packet numbers or objects are missing in the relay's books");
        add(problems, run.perSubscriber().stream().mapToLong(SubscriberReport::duplicates).sum(), "objects came twice");
        Map<String, Long> missing = missing(run);
        add(problems, missing.getOrDefault(MissingObjects.ALTERED, 0L), "objects came altered");
        add(problems, missing.getOrDefault(MissingObjects.UNEXPLAINED, 0L),
                "objects are missing that neither the network lost nor the relay dropped");
        if (run.mode().equals("stream")) {
            missing.keySet().removeAll(Set.of(MissingObjects.ALTERED, MissingObjects.UNEXPLAINED));
            add(problems, missing.values().stream().mapToLong(Long::longValue).sum(),
                    "objects are missing although streams lose nothing, by reason " + missing);
        }
        Observations seen = run.observations();
        if (run.objectsPublished() == 0 || seen != null && seen.objectsPublished() == 0) {
            problems.add("Nothing was published after the warm-up; a --media FILE must be longer than that.");
        }
        return problems;
    }

    /// @return which run it is, in words
    public String name() {
        return cell.way() + ", " + cell.circumstances() + ", repetition " + repetition;
    }

    /// @return what else the run itself found not as expected or worth knowing, sentences, the first few
    public List<String> remarks() {
        if (run == null) {
            return List.of();
        }
        List<String> all = Stream.concat(run.problems().stream(), run.remarks().stream()).toList();
        return all.size() <= MOST_REMARKS ? all
                : Stream.concat(all.stream().limit(MOST_REMARKS), Stream.of((all.size() - MOST_REMARKS) + " more are in the file of --json."))
                        .toList();
    }

    private static Map<String, Long> missing(RunReport run) {
        var all = new TreeMap<String, Long>();
        run.perSubscriber().forEach(each -> each.missing().forEach((reason, count) -> all.merge(reason, count, Long::sum)));
        return all;
    }

    private static void add(List<String> problems, long count, String what) {
        if (count != 0) {
            problems.add(count + " " + what + ".");
        }
    }
}
