// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.Policies;
import dev.weir.engine.Policies.Binding;
import dev.weir.engine.policy.PolicyCatalog.Offer;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.VerifierException;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.PolicyConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings policies from the catalog into force and out of it again: by hand, from the configuration, and when a jar changes.
/// Whatever fails leaves the policy before it in force (DESIGN rule 11).
public final class PolicyService implements PolicyControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyService.class);

    /// What an operator wants in force.
    ///
    /// @param policy name of the policy
    /// @param tracks pattern, see [PolicyControl.Assignment]
    /// @param classes names of lane classes; empty: all
    /// @param configuration overrides of `weir.policies.<name>.*`, flat
    public record Wanted(String policy, String tracks, List<String> classes, Map<String, String> configuration) {
        public Wanted {
            classes = List.copyOf(classes);
            configuration = Map.copyOf(configuration);
        }
    }

    /// One assignment.
    ///
    /// @param installed what is in force for it; null: nothing
    /// @param problem why it is not what is wanted; empty if it is
    private record Entry(
            int id,
            Wanted wanted,
            TrackPattern pattern,
            @Nullable InstalledPolicy installed,
            String problem,
            long swapNanos) {
        Entry with(@Nullable InstalledPolicy nowInstalled, String nowProblem, long nanos) {
            return new Entry(id, wanted, pattern, nowInstalled, nowProblem, nanos);
        }

        boolean isFor(Wanted other) {
            return wanted.tracks.equals(other.tracks) && Set.copyOf(wanted.classes).equals(Set.copyOf(other.classes));
        }
    }

    private final Policies policies;
    private final PolicyCatalog catalog;
    /// One change at a time.
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, String> verifierLogs = new ConcurrentHashMap<>();
    private volatile List<Entry> entries = List.of();
    private int nextId = 1;

    private PolicyService(Policies policies, PolicyCatalog catalog) {
        this.policies = policies;
        this.catalog = catalog;
    }

    /// Starts with what is configured. An assignment that cannot be put in force is kept with its reason, and its subscriptions
    /// get what they would without it.
    public static PolicyService start(Policies policies, PolicyCatalog catalog, List<Wanted> configured) {
        var service = new PolicyService(policies, catalog);
        for (Wanted wanted : configured) {
            service.begin(wanted);
        }
        catalog.listen(service.new Changes());
        return service;
    }

    private void begin(Wanted wanted) {
        changing.lock();
        try {
            var entry = new Entry(nextId++, wanted, TrackPattern.parse(wanted.tracks), null, "", 0);
            checkClasses(wanted.classes);
            var changed = new ArrayList<>(entries);
            changed.add(entry);
            entries = List.copyOf(changed);
            reinstall(entry);
        } finally {
            changing.unlock();
        }
    }

    /// Hears what happens to jars.
    private final class Changes implements PolicyCatalog.Listener {
        @Override
        public void offered(String policy) {
            changing.lock();
            try {
                entries.stream().filter(entry -> entry.wanted.policy.equals(policy)).forEach(PolicyService.this::reinstall);
            } finally {
                changing.unlock();
            }
        }

        @Override
        public void withdrawn(String policy) {
            changing.lock();
            try {
                for (Entry entry : entries) {
                    if (entry.wanted.policy.equals(policy)) {
                        replace(entry, null, "its jar is gone; put it back, or remove the assignment");
                    }
                }
            } finally {
                changing.unlock();
            }
        }
    }

    /// Makes the entry's policy anew and puts it in force; if that fails, what was in force for the entry stays.
    private void reinstall(Entry entry) {
        try {
            replace(entry, install(entry.wanted), "");
        } catch (PolicyException e) {
            LOG.atWarn().addKeyValue("policy", entry.wanted.policy).log("Policy not put in force: {}", e.getMessage());
            entries = entries.stream()
                    .map(each -> each.id == entry.id ? each.with(each.installed, sentence(e), each.swapNanos) : each)
                    .toList();
        }
    }

    private void replace(Entry entry, @Nullable InstalledPolicy installed, String problem) {
        var changed = new ArrayList<Entry>();
        InstalledPolicy before = null;
        for (Entry each : entries) {
            if (each.id == entry.id) {
                before = each.installed;
                changed.add(each.with(installed, problem, 0));
            } else {
                changed.add(each);
            }
        }
        assign(changed, entry.id);
        retire(before);
    }

    /// Puts a list of assignments in force and notes how long it took at the one that changed.
    private void assign(List<Entry> changed, int id) {
        var bindings = new ArrayList<Binding>();
        for (Entry each : changed) {
            if (each.installed != null) {
                bindings.add(new Binding(each.installed, each.pattern, Set.copyOf(each.wanted.classes)));
            }
        }
        long flips = policies.assign(bindings);
        entries = changed.stream()
                .map(each -> each.id == id ? each.with(each.installed, each.problem, flips + programSwap(each)) : each)
                .toList();
    }

    private static long programSwap(Entry entry) {
        return entry.installed == null ? 0 : entry.installed.programSwapNanos();
    }

    private void retire(@Nullable InstalledPolicy installed) {
        if (installed != null) {
            policies.retire(installed);
        }
    }

    private InstalledPolicy install(Wanted wanted) {
        try {
            FanoutPolicy policy = catalog.create(wanted.policy, wanted.configuration);
            return policies.install(wanted.policy, policy);
        } catch (VerifierException e) {
            verifierLogs.put(wanted.policy, String.join("\n", e.log()));
            throw refused(wanted, e);
        } catch (KernelException | PolicyConfigurationException e) {
            throw refused(wanted, e);
        } catch (PolicyException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw new PolicyException("Policy " + wanted.policy + " failed while it was being made: " + e
                    + "; this is a defect of the policy, tell its author.", e);
        }
    }

    private static PolicyException refused(Wanted wanted, RuntimeException reason) {
        return new PolicyException("Policy " + wanted.policy + " cannot be put in force: " + reason.getMessage(), reason);
    }

    private static String sentence(PolicyException e) {
        return e.getMessage() == null ? "it failed" : e.getMessage();
    }

    private void checkClasses(List<String> classes) {
        for (String laneClass : classes) {
            try {
                policies.classes().number(laneClass);
            } catch (PolicyConfigurationException e) {
                throw new PolicyException(e.getMessage() == null ? "unknown lane class" : e.getMessage());
            }
        }
    }

    @Override
    public Assignment apply(String policy, String tracks, List<String> classes, Map<String, String> configuration) {
        var wanted = new Wanted(policy, tracks, classes, configuration);
        TrackPattern pattern = TrackPattern.parse(tracks);
        checkClasses(classes);
        changing.lock();
        try {
            InstalledPolicy installed = install(wanted);
            int id = nextId++;
            var fresh = new Entry(id, wanted, pattern, installed, "", 0);
            var changed = new ArrayList<Entry>();
            InstalledPolicy before = null;
            boolean placed = false;
            for (Entry each : entries) {
                if (each.isFor(wanted)) {
                    before = each.installed;
                    placed = true;
                    changed.add(fresh);
                } else {
                    changed.add(each);
                }
            }
            if (!placed) {
                changed.addFirst(fresh);
            }
            assign(changed, id);
            retire(before);
            return entries.stream().filter(each -> each.id == id).map(PolicyService::assignment).findFirst().orElseThrow();
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void remove(int assignment) {
        changing.lock();
        try {
            Entry gone = entries.stream()
                    .filter(entry -> entry.id == assignment)
                    .findFirst()
                    .orElseThrow(() -> new PolicyException(
                            "There is no assignment " + assignment + "; 'policy list' shows those that there are."));
            var changed = new ArrayList<>(entries);
            changed.remove(gone);
            assign(changed, assignment);
            retire(gone.installed);
        } finally {
            changing.unlock();
        }
    }

    private static Assignment assignment(Entry entry) {
        return new Assignment(
                entry.id,
                entry.wanted.policy,
                entry.wanted.tracks,
                entry.wanted.classes,
                new TreeMap<>(entry.wanted.configuration),
                entry.installed == null ? "" : entry.installed.form().word(),
                entry.swapNanos);
    }

    @Override
    public List<Assignment> assignments() {
        return entries.stream().map(PolicyService::assignment).toList();
    }

    @Override
    public List<PolicyStatus> policies() {
        var result = new ArrayList<PolicyStatus>();
        for (Offer offer : catalog.offers()) {
            result.add(status(offer));
        }
        for (Entry entry : entries) {
            boolean known = result.stream().anyMatch(status -> status.name().equals(entry.wanted.policy));
            if (!known) {
                result.add(new PolicyStatus(entry.wanted.policy, "", "", "", "refused", "", entry.problem));
            }
        }
        result.sort((a, b) -> a.name().compareTo(b.name()));
        return result;
    }

    private PolicyStatus status(Offer offer) {
        if (!offer.isAvailable()) {
            return new PolicyStatus(
                    offer.name(), offer.description(), offer.version(), offer.jar(), "refused", "", offer.refusal());
        }
        List<Entry> own = entries.stream().filter(entry -> entry.wanted.policy.equals(offer.name())).toList();
        String form = own.stream()
                .filter(entry -> entry.installed != null)
                .map(entry -> entry.installed.form().word())
                .findFirst()
                .orElse("");
        String problem =
                own.stream().map(Entry::problem).filter(text -> !text.isEmpty()).findFirst().orElse("");
        return new PolicyStatus(
                offer.name(),
                offer.description(),
                offer.version(),
                offer.jar(),
                form.isEmpty() ? "available" : "in-force",
                form,
                problem);
    }

    @Override
    public List<PolicyStatus> load(Path jar) {
        return catalog.load(jar).stream().map(this::status).toList();
    }

    @Override
    public List<Statistics> statistics() {
        var result = new ArrayList<Statistics>();
        for (Entry entry : entries) {
            if (entry.installed != null) {
                Policies.Account account = policies.account(entry.installed);
                result.add(new Statistics(
                        entry.id,
                        entry.wanted.policy,
                        account.forwardedByKernel(),
                        account.forwardedByUserSpace(),
                        account.droppedByKernel(),
                        account.droppedByUserSpace()));
            }
        }
        return result;
    }

    @Override
    public String verifierLog(String policy) {
        return verifierLogs.getOrDefault(policy, "");
    }

    @Override
    public List<Subscriber> subscribers() {
        return policies.subscribers().stream()
                .map(each -> new Subscriber(each.slot(), each.address(), each.laneClass(), each.tracks()))
                .toList();
    }

    @Override
    public List<String> classes() {
        return policies.classes().names();
    }

    @Override
    public void setClass(int subscriber, String laneClass) {
        checkClasses(List.of(laneClass));
        if (!policies.setClass(subscriber, laneClass)) {
            throw new PolicyException(
                    "There is no subscriber " + subscriber + "; 'subscriber list' shows those that there are.");
        }
    }

    @Override
    public void close() {
        catalog.close();
    }
}
