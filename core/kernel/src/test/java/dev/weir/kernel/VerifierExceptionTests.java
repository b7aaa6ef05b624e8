// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerifierExceptionTests {
    @Test
    void theMessageHasTheLineOfTheSourceAndTheReason() {
        List<String> log = List.of(
                "Validating weir_filter_slot_01() func#26...",
                "; if (!track) @ policy.c:3",
                "311: (15) if r2 == 0x0 goto pc+10     ; R2=mem(sz=72)",
                "; track->words[object->object]++; @ policy.c:4",
                "312: (0f) r3 += r1",
                "math between mem pointer and register with unbounded min value is not allowed",
                "processed 516 insns (limit 1000000) max_states_per_insn 1",
                "");

        var exception = new VerifierException("weir_ingress", Errno.EACCES, log);

        assertThat(exception)
                .hasMessage("The kernel's verifier refuses program weir_ingress (EACCES: refused): track->words[object->object]++;"
                        + " @ policy.c:4 | math between mem pointer and register with unbounded min value is not allowed"
                        + " (5 lines omitted); report it with what './weir bpf log' prints.");
        assertThat(exception.reason()).isEqualTo("math between mem pointer and register with unbounded min value is not allowed");
        assertThat(exception.place()).isEqualTo("track->words[object->object]++; @ policy.c:4");
        assertThat(exception.log()).isEqualTo(log);
        assertThat(exception.program()).isEqualTo("weir_ingress");
        assertThat(exception.errno()).isEqualTo(13);
    }

    @Test
    void whatFollowsTheReasonIsLeftOut() {
        List<String> log = List.of(
                "; for (;;) @ policy.c:4",
                "313: (05) goto pc-1",
                "infinite loop detected at insn 313",
                "cur state: R1=mem(sz=72) R10=fp0",
                "old state: R1=mem(sz=72) R10=fp0",
                "processed 515 insns (limit 1000000) max_states_per_insn 1");

        assertThat(new VerifierException("p", Errno.EINVAL, log))
                .hasMessageContaining("): for (;;) @ policy.c:4 | infinite loop detected at insn 313 (4 lines omitted);");
    }

    @Test
    void withoutTheSourceTheLastTwoLinesAreShown() {
        List<String> log = List.of(
                "0: R1=ctx() R10=fp0",
                "3: (61) r0 = *(u32 *)(r1 +0)",
                "R1 invalid mem access 'scalar'",
                "processed 4 insns (limit 1000000) max_states_per_insn 0");

        assertThat(new VerifierException("p", Errno.EACCES, log))
                .hasMessageContaining("): 3: (61) r0 = *(u32 *)(r1 +0) | R1 invalid mem access 'scalar' (2 lines omitted);");
    }

    @Test
    void aLogWithoutAReasonIsSaidToBeOne() {
        assertThat(new VerifierException("p", Errno.EINVAL, List.of("processed 4 insns", " ")))
                .hasMessageContaining("): it gives no reason (1 line omitted);");
        assertThat(new VerifierException("p", Errno.EINVAL, List.of())).hasMessageContaining("): it gives no reason; report");
    }

    @Test
    void aShortLogIsNotSaidToBeCut() {
        assertThat(new VerifierException("p", Errno.EINVAL, List.of("unknown opcode 8d")))
                .hasMessageContaining("unknown opcode 8d;")
                .hasMessageNotContaining("omitted")
                .satisfies(thrown -> assertThat(thrown.reason()).isEqualTo("unknown opcode 8d"))
                .satisfies(thrown -> assertThat(thrown.place()).isEmpty());
    }
}
