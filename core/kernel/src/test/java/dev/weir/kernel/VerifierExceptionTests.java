// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerifierExceptionTests {
    @Test
    void theMessageHasTheLastTellingLinesAndTheCountOfTheOthers() {
        List<String> log = List.of(
                "0: R1=ctx() R10=fp0",
                "; return *p;",
                "3: (61) r0 = *(u32 *)(r1 +0)",
                "R1 invalid mem access 'scalar'",
                "processed 4 insns (limit 1000000) max_states_per_insn 0",
                "");

        var exception = new VerifierException("weir_ingress", Errno.EACCES, log);

        assertThat(exception)
                .hasMessage("The kernel's verifier refuses program weir_ingress (EACCES: refused): 3: (61) r0 = *(u32 *)(r1 +0)"
                        + " | R1 invalid mem access 'scalar' (2 lines omitted); use an object built for this kernel, or report it"
                        + " with the whole log.");
        assertThat(exception.log()).isEqualTo(log);
        assertThat(exception.program()).isEqualTo("weir_ingress");
        assertThat(exception.errno()).isEqualTo(13);
    }

    @Test
    void aShortLogIsNotSaidToBeCut() {
        assertThat(new VerifierException("p", Errno.EINVAL, List.of("unknown opcode 8d")))
                .hasMessageContaining("unknown opcode 8d;")
                .hasMessageNotContaining("omitted");
    }
}
