// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One repetition of one combination.
///
/// @param cell the combination
/// @param repetition from 1 on; also the seed of the losses
/// @param run what was measured; null: it failed
/// @param failure why there is nothing, a sentence; null: it was measured
public record CompareRun(CompareCell cell, int repetition, @Nullable RunReport run, @Nullable String failure) {
    /// What is wrong with the run whatever the network did: not that objects are missing, which is what is compared.
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
        add(problems, run.perSubscriber().stream().mapToLong(s -> s.missing().getOrDefault("altered", 0L)).sum(), "objects came altered");
        if (run.objectsPublished() == 0) {
            problems.add("Nothing was published.");
        }
        return problems;
    }

    private static void add(List<String> problems, long count, String what) {
        if (count != 0) {
            problems.add(count + " " + what + ".");
        }
    }
}
