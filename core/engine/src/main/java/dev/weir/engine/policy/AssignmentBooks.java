// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PolicyAccount;
import dev.weir.engine.policy.PolicyCatalog.Made;
import dev.weir.engine.policy.PolicyControl.Assignment;
import dev.weir.engine.policy.PolicyService.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All accounts at one time, so that whoever adds them up misses none and counts none twice.
///
/// @param entries assignments, in the order in which they are looked through
/// @param past accounts of assignments that are gone, by policy
record AssignmentBooks(List<Entry> entries, Map<String, List<PolicyAccount>> past) {
    /// A policy in force, and its hold on the code that it was made from.
    record Active(InstalledPolicy policy, Made made) {
        String form() {
            return policy.form().word();
        }
    }

    /// One assignment.
    ///
    /// @param account of all policies that are in force for it one after the other
    /// @param active what is in force for it; null: nothing
    /// @param problem why it is not what is wanted; empty if it is
    record Entry(
            int id,
            Wanted wanted,
            TrackPattern pattern,
            PolicyAccount account,
            @Nullable Active active,
            String problem,
            long swapNanos) {
        static Entry of(int id, Wanted wanted, TrackPattern pattern) {
            return new Entry(id, wanted, pattern, new PolicyAccount(), null, "", 0);
        }

        Entry with(@Nullable Active nowActive, String nowProblem, long nanos) {
            return new Entry(id, wanted, pattern, account, nowActive, nowProblem, nanos);
        }

        boolean isFor(Wanted other) {
            return wanted.tracks().equals(other.tracks()) && Set.copyOf(wanted.classes()).equals(Set.copyOf(other.classes()));
        }

        String form() {
            return active == null ? "" : active.form();
        }

        Assignment assignment() {
            return new Assignment(
                    id, wanted.policy(), wanted.tracks(), wanted.classes(), new TreeMap<>(wanted.configuration()), form(), swapNanos);
        }
    }

    AssignmentBooks with(List<Entry> nowEntries) {
        return new AssignmentBooks(List.copyOf(nowEntries), past);
    }

    /// @param gone an assignment that is in no list any more; null: none
    AssignmentBooks closing(@Nullable Entry gone) {
        if (gone == null) {
            return this;
        }
        var accounts = new ArrayList<>(past.getOrDefault(gone.wanted.policy(), List.of()));
        accounts.add(gone.account);
        return with(gone.wanted.policy(), accounts);
    }

    AssignmentBooks with(String policy, List<PolicyAccount> accounts) {
        var changed = new TreeMap<>(past);
        changed.put(policy, List.copyOf(accounts));
        return new AssignmentBooks(entries, changed);
    }
}
