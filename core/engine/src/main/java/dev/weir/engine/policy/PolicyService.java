// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.Policies;
import dev.weir.engine.Policies.Binding;
import dev.weir.engine.PolicyAccount;
import dev.weir.engine.policy.AssignmentBooks.Active;
import dev.weir.engine.policy.AssignmentBooks.Entry;
import dev.weir.engine.policy.PolicyCatalog.Made;
import dev.weir.engine.policy.PolicyCatalog.Offer;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.VerifierException;
import dev.weir.spi.PolicyConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
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

    private final Policies policies;
    private final PolicyCatalog catalog;
    /// One change at a time.
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, String> verifierLogs = new ConcurrentHashMap<>();
    /// Written by whoever has [#changing].
    private volatile AssignmentBooks books = new AssignmentBooks(List.of(), Map.of());
    private int nextId = 1;

    private PolicyService(Policies policies, PolicyCatalog catalog) {
        this.policies = policies;
        this.catalog = catalog;
    }

    /// Starts with what is configured. An assignment that cannot be put in force is kept with its reason, and its subscriptions
    /// get what they would without it.
    public static PolicyService start(Policies policies, PolicyCatalog catalog, List<Wanted> configured) {
        var service = new PolicyService(policies, catalog);
        // First of all, so that no jar is missed that changes meanwhile.
        catalog.listen(service.new Changes());
        for (Wanted wanted : configured) {
            service.begin(wanted);
        }
        return service;
    }

    private void begin(Wanted wanted) {
        changing.lock();
        try {
            var entry = Entry.of(nextId++, wanted, TrackPattern.parse(wanted.tracks));
            checkClasses(wanted.classes);
            var changed = new ArrayList<>(books.entries());
            changed.add(entry);
            books = books.with(changed);
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
                books.entries().stream()
                        .filter(entry -> entry.wanted().policy().equals(policy))
                        .forEach(PolicyService.this::reinstall);
            } finally {
                changing.unlock();
            }
        }

        @Override
        public void withdrawn(String policy) {
            changing.lock();
            try {
                for (Entry entry : books.entries()) {
                    if (entry.wanted().policy().equals(policy)) {
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
            replace(entry, install(entry.wanted(), entry.account()), "");
        } catch (PolicyException e) {
            LOG.atWarn().addKeyValue("policy", entry.wanted().policy()).log("Policy not put in force: {}", e.getMessage());
            books = books.with(books.entries().stream()
                    .map(each -> each.id() == entry.id() ? each.with(each.active(), sentence(e), each.swapNanos()) : each)
                    .toList());
        }
    }

    private void replace(Entry entry, @Nullable Active active, String problem) {
        var changed = new ArrayList<Entry>();
        Active before = null;
        for (Entry each : books.entries()) {
            if (each.id() == entry.id()) {
                before = each.active();
                changed.add(each.with(active, problem, 0));
            } else {
                changed.add(each);
            }
        }
        assign(changed, null, entry.id());
        retire(before);
    }

    /// Puts a list of assignments in force and notes how long it took at the one that changed.
    ///
    /// @param gone is not among them any more; null: none is
    private void assign(List<Entry> changed, @Nullable Entry gone, int id) {
        var bindings = new ArrayList<Binding>();
        for (Entry each : changed) {
            if (each.active() != null) {
                bindings.add(new Binding(each.active().policy(), each.pattern(), Set.copyOf(each.wanted().classes())));
            }
        }
        long flips = policies.assign(bindings);
        books = books.closing(gone).with(changed.stream()
                .map(each -> each.id() == id ? each.with(each.active(), each.problem(), flips + programSwap(each)) : each)
                .toList());
    }

    private static long programSwap(Entry entry) {
        return entry.active() == null ? 0 : entry.active().policy().programSwapNanos();
    }

    private void retire(@Nullable Active active) {
        if (active != null) {
            policies.retire(active.policy());
            active.made().close();
        }
    }

    /// Once nothing is entered into a gone assignment's account any more: one account for each policy is enough.
    private void retire(Entry gone) {
        retire(gone.active());
        String policy = gone.wanted().policy();
        books.past().getOrDefault(policy, List.of()).stream()
                .reduce(policies::sum)
                .ifPresent(sum -> books = books.with(policy, List.of(sum)));
    }

    private Active install(Wanted wanted, PolicyAccount account) {
        Made made = null;
        boolean isInstalled = false;
        try {
            made = catalog.create(wanted.policy, wanted.configuration);
            var active = new Active(policies.install(wanted.policy, made.policy(), account), made);
            isInstalled = true;
            return active;
        } catch (VerifierException e) {
            verifierLogs.put(wanted.policy, String.join("\n", e.log()));
            throw refused(wanted, e);
        } catch (KernelException | PolicyConfigurationException e) {
            throw refused(wanted, e);
        } catch (PolicyException e) {
            throw e;
        } catch (Throwable e) {
            throw new PolicyException("Policy " + wanted.policy + " cannot be put in force: "
                    + PluginCode.reason(e, "this is a defect of the policy, tell its author") + ".", e);
        } finally {
            if (made != null && !isInstalled) {
                made.close();
            }
        }
    }

    /// The verifier's reason and the line of C that it speaks of, a line each.
    private static PolicyException refused(Wanted wanted, VerifierException e) {
        String reason = e.reason().isEmpty() ? "it gives no reason" : e.reason();
        String place = e.place().isEmpty() ? "correct" : "at " + e.place() + ": correct";
        return new PolicyException("Policy " + wanted.policy + " cannot be put in force, the kernel's verifier refuses its program: "
                + reason + System.lineSeparator() + place + " the policy's C file and build it again; './weir policy log "
                + wanted.policy + "' prints all that the verifier says (" + e.log().size() + " lines).", e);
    }

    private static PolicyException refused(Wanted wanted, RuntimeException reason) {
        return new PolicyException(
                "Policy " + wanted.policy + " cannot be put in force: " + PluginCode.message(reason), reason);
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
            Entry fresh = Entry.of(nextId, wanted, pattern);
            fresh = fresh.with(install(wanted, fresh.account()), "", 0);
            nextId++;
            var changed = new ArrayList<Entry>();
            Entry gone = null;
            for (Entry each : books.entries()) {
                if (each.isFor(wanted)) {
                    gone = each;
                    changed.add(fresh);
                } else {
                    changed.add(each);
                }
            }
            if (gone == null) {
                changed.addFirst(fresh);
            }
            assign(changed, gone, fresh.id());
            if (gone != null) {
                retire(gone);
            }
            return entry(fresh.id()).assignment();
        } finally {
            changing.unlock();
        }
    }

    private Entry entry(int id) {
        return books.entries().stream()
                .filter(entry -> entry.id() == id)
                .findFirst()
                .orElseThrow(() -> new PolicyException(
                        "There is no assignment " + id + "; 'policy list' shows those that there are."));
    }

    @Override
    public void remove(int assignment) {
        changing.lock();
        try {
            Entry gone = entry(assignment);
            var changed = new ArrayList<>(books.entries());
            changed.remove(gone);
            assign(changed, gone, assignment);
            retire(gone);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<Assignment> assignments() {
        return books.entries().stream().map(Entry::assignment).toList();
    }

    @Override
    public List<PolicyStatus> policies() {
        var result = new ArrayList<PolicyStatus>();
        for (Offer offer : catalog.offers()) {
            result.add(status(offer));
        }
        for (Entry entry : books.entries()) {
            boolean known = result.stream().anyMatch(status -> status.name().equals(entry.wanted().policy()));
            if (!known) {
                result.add(new PolicyStatus(entry.wanted().policy(), "", "", "", "refused", "", entry.problem()));
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
        List<Entry> own = books.entries().stream().filter(entry -> entry.wanted().policy().equals(offer.name())).toList();
        String form =
                own.stream().map(Entry::form).filter(word -> !word.isEmpty()).findFirst().orElse("");
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
        List<PolicyStatus> loaded = catalog.load(jar).stream().map(this::status).toList();
        String problems = loaded.stream()
                .map(PolicyStatus::reason)
                .filter(reason -> !reason.isEmpty())
                .collect(Collectors.joining(System.lineSeparator()));
        if (!problems.isEmpty()) {
            throw new PolicyException(jar.getFileName() + " is loaded, and what was in force before stays in force: " + problems);
        }
        return loaded;
    }

    @Override
    public List<Statistics> statistics() {
        AssignmentBooks now = books;
        var result = new ArrayList<Statistics>();
        for (Entry entry : now.entries()) {
            Policies.Account account = policies.account(entry.account());
            if (entry.active() != null || !account.isEmpty()) {
                result.add(statistics(entry.id(), entry.wanted().policy(), account));
            }
        }
        now.past().forEach((policy, accounts) -> accounts.stream()
                .reduce(policies::sum)
                .map(policies::account)
                .filter(account -> !account.isEmpty())
                .ifPresent(account -> result.add(statistics(Statistics.GONE, policy, account))));
        return result;
    }

    private static Statistics statistics(int assignment, String policy, Policies.Account account) {
        return new Statistics(
                assignment,
                policy,
                account.forwardedByKernel(),
                account.forwardedByUserSpace(),
                account.droppedByKernel(),
                account.droppedByUserSpace(),
                account.revoked(),
                account.failures());
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
