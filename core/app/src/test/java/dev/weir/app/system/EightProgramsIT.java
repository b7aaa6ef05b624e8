// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static dev.weir.app.system.BundledPoliciesIT.datagrams;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.system.PolicyTrack.Item;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PathMode;
import dev.weir.engine.view.KernelView;
import dev.weir.plugins.rtp.RtpCodec;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameParser;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PacketIndexer;
import dev.weir.spi.PriorityAssigner;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.testkit.PolicyCompiler;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// As many programs as there are slots, linked with the data plane at the same time.
@RequiresRoot
@RequiresBpf
class EightProgramsIT {
    private static final int PROGRAMS = 8;
    private static final Path EXAMPLES = Path.of("../../policy-examples");
    /// The verifier gives up at a million.
    private static final int MOST_INSTRUCTIONS = 1_000_000;

    private static Topology topology;

    @BeforeAll
    static void connect() {
        topology = Topology.create("wt3-eight", 1);
    }

    @AfterAll
    static void disconnect() {
        topology.close();
    }

    /// An example's program, with hooks that say the same of what is published here.
    private static PolicyTrack example(
            String source, FanoutPolicy hooks, List<Long> config, List<String> reasons, List<Item> items) throws Exception {
        byte[] object = PolicyCompiler.compile(Files.readString(EXAMPLES.resolve(source)));
        var program = new ProgramVariant(object, config, reasons, List.of());
        return datagrams(source.substring(0, source.indexOf('/')), withProgram(hooks, program), items);
    }

    private static FanoutPolicy withProgram(FanoutPolicy hooks, ProgramVariant program) {
        return new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return hooks.frames();
            }

            @Override
            public PacketIndexer indexer() {
                return hooks.indexer();
            }

            @Override
            public PriorityAssigner priorities() {
                return hooks.priorities();
            }

            @Override
            public ObjectFilter filter() {
                return hooks.filter();
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                return Optional.of(program);
            }
        };
    }

    private static FanoutPolicy below(int limit, String reason) {
        return new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return (object, lane, state) -> object.priority() < limit ? Verdict.forward() : Verdict.drop(reason);
            }
        };
    }

    /// The same policy with an object that is another one to the relay, so that it is linked once more.
    private static FanoutPolicy again(FanoutPolicy policy, int number) {
        var program = (ProgramVariant) policy.plan(() -> List.of("default")).orElseThrow();
        byte[] other = Arrays.copyOf(program.object(), program.object().length + number);
        return withProgram(policy, new ProgramVariant(other, program.config(), program.reasons(), program.vectors()));
    }

    private static void checkInstructions(PolicyRun run, String what) {
        assertThat(run.installed()).hasSize(PROGRAMS).extracting(InstalledPolicy::form).containsOnly(InstalledPolicy.Form.PROGRAM);
        int instructions = run.relay.views().kernel().programs().stream()
                .filter(program -> program.name().equals("weir_ingress"))
                .mapToInt(KernelView.Program::verifiedInstructions)
                .max()
                .orElseThrow();
        System.out.printf("%s: the verifier has walked %d instructions of %d%n", what, instructions, MOST_INSTRUCTIONS);
        assertThat(instructions).isBetween(100_000, MOST_INSTRUCTIONS);
    }

    @Test
    void eachDecidesAboutItsOwnTrack() throws Exception {
        var tracks = new ArrayList<PolicyTrack>();
        for (PolicyTrack track : BundledPoliciesIT.programs()) {
            if (track.mode() == DeliveryMode.DATAGRAM) {
                FanoutPolicy policy = track.name().equals("rtp-vp8") ? again(track.policy(), 1) : track.policy();
                tracks.add(datagrams(track.name(), policy, track.items()));
            }
        }
        tracks.add(example("template/src/main/bpf/my_policy.bpf.c", below(128, "unimportant"), List.of(128L),
                List.of("unimportant"), PolicyTrack.layered()));
        tracks.add(example("bpf-variant-policy/src/main/bpf/loss_guard.bpf.c", FanoutPolicy.passAll(),
                List.of(128L, 999_999L, 1_000_000_000L), List.of("loss"), PolicyTrack.layered()));
        tracks.add(example("own-framing/src/main/bpf/own_framing.bpf.c", FanoutPolicy.passAll(), List.of(9L),
                List.of("layer", "start"), PolicyTrack.layered()));

        try (var run = new PolicyRun(topology, PathMode.KERNEL, tracks)) {
            run.check(run.publish());
            checkInstructions(run, "eight programs");
        }
    }

    @Test
    void eightOfTheLargestOneFit() throws Exception {
        FanoutPolicy rtp = BundledPoliciesIT.rtp(RtpCodec.H264);
        List<PolicyTrack> tracks = IntStream.rangeClosed(1, PROGRAMS)
                .mapToObj(i -> datagrams("rtp-" + i, again(rtp, i), BundledPoliciesIT.h264()))
                .toList();

        try (var run = new PolicyRun(topology, PathMode.KERNEL, tracks)) {
            checkInstructions(run, "eight times rtp");
        }
    }
}
