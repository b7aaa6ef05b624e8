// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What an operator can ask of the policies of a running relay.
///
/// For any number of threads; a call may take as long as the verifier does, and packets go on meanwhile.
///
/// Whatever a method cannot do it says in a [PolicyException], whose message is a sentence with a remedy; what was in force
/// stays in force then.
public interface PolicyControl {
    /// A policy that a jar offers, or a jar that was refused.
    ///
    /// @param name the policy's name; the jar's file name if it was refused
    /// @param description one line; empty for a refused jar
    /// @param version of the jar
    /// @param jar file name; empty for those built into the relay
    /// @param state `available`, `in-force` or `refused`
    /// @param form `tables`, `program`, `user-space`, or empty while it is not in force
    /// @param reason why it was refused, or why it is not in force although assigned; empty if all is well
    record PolicyStatus(
            String name, String description, String version, String jar, String state, String form, String reason) {}

    /// Which policy serves which subscriptions. The first assignment that fits a subscription counts; without one,
    /// everything passes.
    ///
    /// @param id for [#remove]
    /// @param policy name of the policy
    /// @param tracks pattern on the full track name (namespace fields and track name with slashes between them): `*` stands for
    /// any characters but a slash, `**` for any at all
    /// @param classes lane classes; empty: all
    /// @param configuration what is configured for it, flat, as under `weir.policies.<name>.`
    /// @param form as in [PolicyStatus]
    /// @param swapNanos how long putting it in force took, from the first change in the kernel to the last
    record Assignment(
            int id,
            String policy,
            String tracks,
            List<String> classes,
            Map<String, String> configuration,
            String form,
            long swapNanos) {}

    /// What an assignment's policy has decided so far, also while other code of it was in force.
    ///
    /// @param assignment its id; [#GONE] for all assignments of the policy together that are no more
    /// @param policy name of the policy
    /// @param forwardedByKernel verdicts of the kernel to forward
    /// @param forwardedByUserSpace the same in user space
    /// @param droppedByKernel reason to count
    /// @param droppedByUserSpace reason to count
    /// @param revoked how many of the latter fell after the object had been let through, so that it counts as forwarded as well
    /// @param failures how often one of the policy's hooks threw and the default was taken
    record Statistics(
            int assignment,
            String policy,
            long forwardedByKernel,
            long forwardedByUserSpace,
            Map<String, Long> droppedByKernel,
            Map<String, Long> droppedByUserSpace,
            long revoked,
            long failures) {
        /// The number of no assignment.
        public static final int GONE = 0;
    }

    /// A subscriber's connection.
    ///
    /// @param id for [#setClass]
    /// @param address its address and port
    /// @param laneClass its lane class
    /// @param tracks full names of the tracks it subscribes to
    record Subscriber(int id, String address, String laneClass, List<String> tracks) {}

    /// All policies, refused jars included, by name.
    List<PolicyStatus> policies();

    /// Everything in force, in the order in which it is looked through.
    List<Assignment> assignments();

    /// Puts a policy in force for tracks and lane classes, before all other assignments. An assignment with the same tracks and
    /// classes is replaced in its place.
    ///
    /// @param policy name
    /// @param tracks pattern, see [Assignment]
    /// @param classes lane classes; empty: all
    /// @param configuration overrides of `weir.policies.<name>.*`, flat
    /// @throws PolicyException if it cannot be put in force
    Assignment apply(String policy, String tracks, List<String> classes, Map<String, String> configuration);

    /// Takes an assignment out of force; what follows it, or passing everything, is in force then.
    ///
    /// @throws PolicyException if there is none of that id
    void remove(int assignment);

    /// Copies a jar into the plug-in folder and waits until its policies are in force where they are assigned.
    ///
    /// @return what it offers
    /// @throws PolicyException if it is refused, or a policy of it cannot be put in force where it is assigned, with the reason
    List<PolicyStatus> load(Path jar);

    /// What was decided since each assignment came into force, and under those that are gone.
    List<Statistics> statistics();

    /// The verifier's whole log of the last refusal of a policy; empty if there was none.
    String verifierLog(String policy);

    /// All connections that subscribe to something.
    List<Subscriber> subscribers();

    /// The relay's lane classes.
    List<String> classes();

    /// Gives a subscriber a lane class by hand; it keeps it until its connection ends.
    ///
    /// @throws PolicyException if there is no such subscriber or class
    void setClass(int subscriber, String laneClass);
}
