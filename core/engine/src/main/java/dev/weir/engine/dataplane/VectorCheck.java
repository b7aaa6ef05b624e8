// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.kernel.LoadedObject;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.HexFormat;

/// A program's own test vectors, run in the kernel before it is put in force.
final class VectorCheck {
    private static final int MOST_SHOWN = 32;

    private final LoadedObject object;
    private final PolicyCases cases;
    private final int index;
    private final ProgramVariant variant;

    VectorCheck(LoadedObject object, LoadedObject maps, int index, ProgramVariant variant, LaneClasses classes) {
        this.object = object;
        this.cases = new PolicyCases(maps.map("policy_cases").mmap(), classes);
        this.index = index;
        this.variant = variant;
    }

    /// @return a sentence about the first wrong answer, or an empty text
    String run() {
        for (int number = 0; number < variant.vectors().size(); number++) {
            TestVector vector = variant.vectors().get(number);
            cases.ask(0, index, vector.object(), vector.payload(), vector.lane());
            PolicyCases.run(object.program("weir_policy_check"), 1);
            Verdict verdict = cases.answer(0, variant.reasons());
            if (!verdict.equals(vector.expected())) {
                return "The program answers test vector " + number + " with " + verdict + " instead of "
                        + vector.expected() + "; correct the program or the vector: " + text(vector) + ".";
            }
        }
        return "";
    }

    /// With as much of the payload as can be read at a glance.
    private static String text(TestVector vector) {
        byte[] payload = vector.payload();
        int shown = Math.min(payload.length, MOST_SHOWN);
        return vector.object() + ", payload of " + payload.length + " bytes ("
                + HexFormat.of().formatHex(payload, 0, shown) + (shown < payload.length ? "…" : "") + "), " + vector.lane();
    }
}
