// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.InstalledPolicy.Form;
import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which policy serves which subscriptions, and how one comes into force: first it is installed, which may take as long as
/// the verifier does and fails without a trace; then an assignment names it, which is a flip of lane lists; then the one
/// before it is retired.
///
/// For any number of threads.
public final class Policies {
    /// Which subscriptions a policy serves.
    ///
    /// @param policy the policy
    /// @param tracks on the full track name
    /// @param classes names of lane classes; empty: all
    public record Binding(InstalledPolicy policy, Predicate<String> tracks, Set<String> classes) {
        boolean fits(Subscription subscription) {
            return (classes.isEmpty() || classes.contains(subscription.session.laneClass))
                    && tracks.test(subscription.track.name.toString());
        }
    }

    /// What a policy has decided so far.
    ///
    /// @param forwardedByKernel verdicts of the kernel to forward
    /// @param forwardedByUserSpace verdicts of user space to forward
    /// @param droppedByKernel by reason
    /// @param droppedByUserSpace by reason
    /// @param revoked how many drops of user space fell after the object had been let through, so that it counts as forwarded as well
    /// @param failures how often a hook threw, so that the default was taken
    public record Account(
            long forwardedByKernel,
            long forwardedByUserSpace,
            Map<String, Long> droppedByKernel,
            Map<String, Long> droppedByUserSpace,
            long revoked,
            long failures) {
        /// Whether nothing was decided at all.
        public boolean isEmpty() {
            return forwardedByKernel + forwardedByUserSpace + failures == 0
                    && droppedByKernel.isEmpty()
                    && droppedByUserSpace.isEmpty();
        }
    }

    /// A connection that subscribes to something.
    ///
    /// @param slot for [#setClass]
    /// @param address its address and port
    /// @param laneClass its lane class
    /// @param tracks full track names
    public record Subscriber(int slot, String address, String laneClass, List<String> tracks) {}

    private final Relay relay;
    private final @Nullable PolicyPlane plane;
    private final LaneClassifier classes;
    /// One policy is installed at a time; taken before the engine's lock.
    private final ReentrantLock installing = new ReentrantLock();
    private final Map<Integer, InstalledPolicy> byIndex = new HashMap<>();
    private final BitSet usedIndices = new BitSet();
    private final BitSet usedMemories = new BitSet();
    private final @Nullable LinkedPrograms programs;
    private List<Binding> bindings = List.of();
    private int nextMemory = 1;

    Policies(Relay relay, @Nullable PolicyPlane plane, LaneClassifier classes) {
        this.relay = relay;
        this.plane = plane;
        this.classes = classes;
        this.programs = plane == null ? null : new LinkedPrograms(relay, plane, classes, this::usedSlots);
        usedIndices.set(0);
        usedMemories.set(0);
    }

    /// The relay's lane classes.
    public LaneClassifier classes() {
        return classes;
    }

    /// Makes a policy ready, in the kernel if it has a plan, with an account of its own. Nothing changes for any subscription.
    ///
    /// @param name its name
    /// @throws PolicyConfigurationException if it cannot be made from its configuration
    /// @throws PolicyException if there is no room for it, or its program gives a wrong answer to one of its test vectors
    /// @throws dev.weir.kernel.KernelException if its program cannot be linked or verified
    public InstalledPolicy install(String name, FanoutPolicy policy) {
        return install(name, policy, new PolicyAccount());
    }

    /// The same with an account that others have begun.
    public InstalledPolicy install(String name, FanoutPolicy policy, PolicyAccount account) {
        installing.lock();
        try {
            Optional<KernelPlan> plan = policy.plan(classes);
            PolicyPlane kernel = plane;
            LinkedPrograms linked = programs;
            if (kernel == null || linked == null) {
                return new InstalledPolicy(name, policy, Form.USER_SPACE, 0, 0, List.of(), account);
            }
            int index = relay.lockedGet(() -> freeIndex(kernel));
            boolean isReady = false;
            try {
                InstalledPolicy installed = switch (plan.orElse(null)) {
                    case null -> new InstalledPolicy(name, policy, Form.USER_SPACE, index, 0, List.of(), account);
                    case MapEntries entries ->
                        new InstalledPolicy(name, policy, Form.TABLES, index, 0, MapEntries.REASONS, account);
                    case ProgramVariant variant ->
                        new InstalledPolicy(name, policy, Form.PROGRAM, index, linked.slotFor(variant), variant.reasons(), account);
                };
                put(kernel, linked, installed, plan.orElse(null));
                relay.locked(() -> byIndex.put(index, installed));
                isReady = true;
                return installed;
            } finally {
                if (!isReady) {
                    relay.locked(() -> usedIndices.clear(index));
                }
            }
        } finally {
            installing.unlock();
        }
    }

    private void put(PolicyPlane kernel, LinkedPrograms linked, InstalledPolicy installed, @Nullable KernelPlan plan) {
        switch (plan) {
            case null -> relay.locked(() -> kernel.putDeferring(installed.index));
            case MapEntries entries -> relay.locked(() -> kernel.putTables(installed.index, entries, classes));
            case ProgramVariant variant -> linked.put(installed, variant);
        }
    }

    private int freeIndex(PolicyPlane kernel) {
        int index = usedIndices.nextClearBit(0);
        if (index >= kernel.policies()) {
            throw new PolicyException("There are " + (kernel.policies() - 1)
                    + " policies in the kernel already, and no room for another one; remove one that is not needed.");
        }
        usedIndices.set(index);
        kernel.clearLaneWords(index);
        return index;
    }

    private Set<Integer> usedSlots() {
        var used = new HashSet<Integer>();
        relay.locked(() -> byIndex.values().forEach(policy -> used.add(policy.programSlot)));
        return used;
    }

    /// Puts assignments in force in the place of all that were.
    ///
    /// @param wanted in the order in which they are looked through
    /// @return how long it took from the first change of a lane list to the last, nanoseconds
    public long assign(List<Binding> wanted) {
        return relay.lockedGet(() -> {
            bindings = List.copyOf(wanted);
            for (Session session : relay.sessions()) {
                rebind(session);
            }
            long begin = relay.now();
            relay.lanes().flipLists();
            return relay.now() - begin;
        });
    }

    /// Forgets a policy that no assignment names any more.
    public void retire(InstalledPolicy policy) {
        relay.locked(() -> {
            DataPlane data = relay.dataPlane();
            if (policy.index == 0 || data == null) {
                return;
            }
            data.quiesce();
            relay.drain(); // records that name it
            byIndex.remove(policy.index, policy);
            usedIndices.clear(policy.index);
        });
    }

    /// What a policy has decided so far, and those before it that had the same account.
    public Account account(InstalledPolicy policy) {
        return account(policy.account());
    }

    /// What is in an account.
    public Account account(PolicyAccount account) {
        return relay.lockedGet(() -> {
            relay.drain();
            return account.read();
        });
    }

    /// The sum of two accounts that nothing is entered into any more.
    public PolicyAccount sum(PolicyAccount one, PolicyAccount other) {
        return relay.lockedGet(() -> {
            var sum = new PolicyAccount();
            sum.add(one);
            sum.add(other);
            return sum;
        });
    }

    /// Gives a connection a lane class; it keeps it until it ends.
    ///
    /// @param slot the connection
    /// @return false if there is no such connection
    public boolean setClass(int slot, String laneClass) {
        int number = classes.number(laneClass);
        return relay.lockedGet(() -> {
            Session session = relay.session(slot);
            if (session == null || !session.isEstablished()) {
                return false;
            }
            session.laneClass = classes.names().get(number);
            measure(session);
            rebind(session);
            relay.lanes().flipLists();
            return true;
        });
    }

    /// All connections that subscribe to something.
    public List<Subscriber> subscribers() {
        return relay.lockedGet(() -> {
            var result = new ArrayList<Subscriber>();
            for (Session session : relay.sessions()) {
                if (session.isEstablished() && !session.subscriptions.isEmpty()) {
                    InetSocketAddress peer = session.endpoint().remoteAddress();
                    result.add(new Subscriber(
                            session.slot,
                            peer.getAddress().getHostAddress() + " port " + peer.getPort(),
                            session.laneClass,
                            session.subscriptions.keySet().stream().map(track -> track.name.toString()).toList()));
                }
            }
            return result;
        });
    }

    /// The number of the lane class that a session has.
    private int classNumber(Session session) {
        return classes.number(session.laneClass);
    }

    /// Tells the kernel's policies about the way to the session's peer.
    void measure(Session session) {
        if (plane != null && session.slot < relay.laneSlots()) {
            plane.measure(session.slot, session.measure, classNumber(session));
        }
    }

    /// A connection was accepted: it gets the class of its address, and policies know nothing of it yet.
    void classify(Session session) {
        if (plane != null && session.slot < relay.laneSlots()) {
            plane.forgetLane(session.slot); // the connection that had the slot before may have left something
        }
        session.laneClass = classes.classOf(session.endpoint().remoteAddress().getAddress());
        measure(session);
    }

    private void rebind(Session session) {
        for (Subscription subscription : session.subscriptions.values()) {
            bind(subscription);
        }
    }

    /// Finds the policy of a subscription; if it is another one than before, what is remembered begins anew.
    void bind(Subscription subscription) {
        InstalledPolicy wanted = InstalledPolicy.PASS_ALL;
        for (Binding binding : bindings) {
            if (binding.fits(subscription)) {
                wanted = binding.policy();
                break;
            }
        }
        if (wanted == subscription.policy) {
            return;
        }
        long lastIndex = subscription.state.lastIndex();
        long dropUntil = subscription.state.dropUntil();
        unbind(subscription);
        subscription.policy = wanted;
        remember(subscription, lastIndex, dropUntil);
        relay.lanes().refreshList(subscription.track);
    }

    private void remember(Subscription subscription, long lastIndex, long dropUntil) {
        PolicyPlane kernel = plane;
        InstalledPolicy policy = subscription.policy;
        if (policy.isPassAll()) {
            return;
        }
        int memory = kernel == null || policy.index == 0 || subscription.session.slot >= relay.laneSlots()
                ? 0
                : freeMemory(kernel);
        if (kernel != null && memory > 0) {
            kernel.startMemory(memory, lastIndex, dropUntil);
            subscription.memory = memory;
            subscription.state = kernel.state(policy.index, subscription.session.slot, memory);
        } else {
            subscription.state = subscription.session.privateState(policy, lastIndex, dropUntil);
        }
    }

    /// Goes round, so that a memory is not used again while a lane list that named it may still be in force.
    ///
    /// @return 0 if there is none
    private int freeMemory(PolicyPlane kernel) {
        int memory = usedMemories.nextClearBit(nextMemory);
        if (memory >= kernel.memories()) {
            memory = usedMemories.nextClearBit(1);
        }
        if (memory >= kernel.memories()) {
            relay.counters().increment("policy.memories_full");
            return 0;
        }
        usedMemories.set(memory);
        nextMemory = memory + 1;
        return memory;
    }

    /// Gives back what a subscription remembered.
    void unbind(Subscription subscription) {
        if (subscription.memory > 0) {
            usedMemories.clear(subscription.memory);
            subscription.memory = 0;
        }
        subscription.policy = InstalledPolicy.PASS_ALL;
    }

    @Nullable InstalledPolicy byIndex(int index) {
        return byIndex.get(index);
    }
}
