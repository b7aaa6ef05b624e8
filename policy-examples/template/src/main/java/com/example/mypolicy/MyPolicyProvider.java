// SPDX-License-Identifier: Apache-2.0
package com.example.mypolicy;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.List;
import java.util.Optional;

/// `my-policy`: drops objects from a priority on. The Java hook says what the policy means; `my_policy.bpf.c` does the same in the
/// kernel.
public final class MyPolicyProvider implements FanoutPolicyProvider<MyPolicyProvider.Config> {
    /// What `weir.policies.my-policy.*` may say; what is not configured is null here.
    ///
    /// @param limit 0 to 256: objects of priorities below it pass, the others are dropped; 192 if not configured
    public record Config(Integer limit) {
        public Config {
            limit = limit == null ? Integer.valueOf(192) : limit;
            if (limit < 0 || limit > 256) {
                throw new PolicyConfigurationException(
                        "The limit of my-policy cannot be " + limit + "; write a number from 0 to 256.");
            }
        }
    }

    @Override
    public String name() {
        return "my-policy";
    }

    @Override
    public String description() {
        return "drops objects from a priority on";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new MyPolicy(config.limit());
    }

    private record MyPolicy(int limit) implements FanoutPolicy {
        /// Names of the reasons of `WEIR_DROP`, the first one for 1: counters of `policy stats`.
        private static final List<String> REASONS = List.of("unimportant");
        private static final Verdict UNIMPORTANT = Verdict.drop(REASONS.getFirst());

        @Override
        public ObjectFilter filter() {
            return (object, lane, state) -> object.priority() < limit ? Verdict.forward() : UNIMPORTANT;
        }

        @Override
        public Optional<KernelPlan> plan(LaneClasses classes) {
            byte[] program = ProgramVariant.resource(MyPolicyProvider.class, "/bpf/my_policy.bpf.o");
            List<Long> config = List.of((long) limit);
            return Optional.of(new ProgramVariant(program, config, REASONS, List.of(vector(0), vector(255))));
        }

        /// A question that the program is asked before it is put in place; the right answer is that of the hooks above.
        private TestVector vector(int priority) {
            var object = new MediaObject("", 1, 0, 1, priority, DeliveryMode.DATAGRAM, 1_000, 1);
            var lane = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 0, 0, 0, 0);
            return TestVector.of(this, object, new byte[0], lane);
        }
    }
}
