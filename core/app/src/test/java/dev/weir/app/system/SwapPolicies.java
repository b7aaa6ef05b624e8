// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.Rule;
import dev.weir.spi.plan.TestVector;
import dev.weir.testkit.PolicyCompiler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Policies to swap: tables, programs of their own, and some that must be refused.
final class SwapPolicies {
    private static final int PROGRAMS = 4;
    private static final int MODULUS = 4;

    /// Drops the objects whose ID leaves the remainder `config->words[0]`; NONCE makes each object another one.
    private static final String PROGRAM = """
            #include <weir/policy.h>
            WEIR_POLICY;
            static const volatile __u64 nonce = NONCE;
            WEIR_FILTER(object, lane, track, shared, config)
            {
            	track->words[1] += nonce;
            	return object->object % 4 == config->words[0] ? WEIR_DROP(1) : WEIR_FORWARD;
            }
            """;

    private final List<byte[]> programs = new ArrayList<>();
    private final List<byte[]> broken = new ArrayList<>();

    SwapPolicies() {
        for (int i = 0; i < PROGRAMS; i++) {
            programs.add(PolicyCompiler.compile(PROGRAM.replace("NONCE", String.valueOf(i + 1))));
        }
        broken.add(compile("track->words[1]", "track->words[object->object]")); // refused by the verifier
        broken.add(compile("object->object %", "1 + object->object %")); // wrong answers
        broken.add("no object at all".getBytes());
        broken.add(compile("WEIR_POLICY;", "char LICENSE[] SEC(\"license\") = \"Dual BSD/GPL\";")); // no version
        broken.add(compile("WEIR_FILTER(", "int weir_policy_check(void) { return 0; }\nWEIR_FILTER(")); // a name of the data plane's
    }

    private static byte[] compile(String what, String by) {
        return PolicyCompiler.compile(PROGRAM.replace("NONCE", "0").replace(what, by));
    }

    /// Another policy than before: tables mostly, and every third one a program that has to be linked and verified.
    FanoutPolicy next(int number) {
        return number % 3 == 0 ? program(programs.get(number / 3 % PROGRAMS), number % MODULUS) : tables(number);
    }

    /// A policy that must not come into force.
    FanoutPolicy broken(int number) {
        int kind = number % (broken.size() + 1);
        if (kind == broken.size()) {
            return new FanoutPolicy() {
                @Override
                public Optional<KernelPlan> plan(LaneClasses classes) {
                    throw new IllegalStateException("a defect of the policy");
                }
            };
        }
        return program(broken.get(kind), number % MODULUS);
    }

    private static FanoutPolicy tables(int number) {
        return MapEntries.policy(MapEntries.builder()
                .otherwise(number % 2 == 0 ? Rule.all() : Rule.all().everyNthGroup(2))
                .build());
    }

    private static FanoutPolicy program(byte[] object, int remainder) {
        ObjectFilter filter = (looked, lane, state) ->
                looked.media().object() % MODULUS == remainder ? Verdict.drop("remainder") : Verdict.forward();
        var vectors = new ArrayList<TestVector>();
        for (int id = 0; id < MODULUS; id++) {
            var media = new MediaObject("a/b", 0, 0, id, 128, DeliveryMode.DATAGRAM, 100, 1);
            var lane = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 12_000, 0, 0, 0, 0, 0, 0);
            vectors.add(new TestVector(
                    media, new byte[0], lane, id == remainder ? Verdict.drop("remainder") : Verdict.forward()));
        }
        return new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return filter;
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(new ProgramVariant(object, List.of((long) remainder), List.of("remainder"), vectors));
            }
        };
    }
}
