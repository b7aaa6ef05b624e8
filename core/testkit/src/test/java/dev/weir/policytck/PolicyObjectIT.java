// SPDX-License-Identifier: Apache-2.0
package dev.weir.policytck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.dataplane.PolicyObject;
import dev.weir.engine.policy.PolicyException;
import dev.weir.kernel.KernelException;
import dev.weir.testkit.PolicyCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which compiled objects may be linked into a slot. Needs clang, and neither root nor a kernel.
class PolicyObjectIT {
    private static final String FILTER = "WEIR_FILTER(object, lane, track, shared, config) { return WEIR_FORWARD; }\n";

    @Test
    void aFilterAloneDecidesAndDoesNotLook() {
        PolicyObject policy = PolicyObject.read(compile("WEIR_POLICY;\n" + FILTER));

        assertThat(policy.looksAtObjects()).isFalse();
        assertThat(policy.input(3).elf()).isNotEqualTo(policy.input(4).elf());
    }

    @Test
    void staticFunctionsAndConstantsAreThePolicysOwn() {
        String look = "WEIR_OBJECT(object, payload, config) { object->layer = table[payload->length & 1]; }\n";

        PolicyObject policy = PolicyObject.read(compile("WEIR_POLICY;\nstatic const volatile __u8 table[] = {1, 2};\n" + look + FILTER));

        assertThat(policy.looksAtObjects()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int helper(void) { return 1; }",
                "int weir_filter_slot_02(void) { return 1; }",
                "SEC(\"tc\") int program(struct __sk_buff *skb) { return 1; }",
                "__u64 counter;",
                "struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, int); __type(value, int); } map"
                        + " SEC(\".maps\");"
            })
    void whatOthersWouldSeeIsRefused(String definition) {
        byte[] object = compile("#include <linux/bpf.h>\nWEIR_POLICY;\n" + definition + "\n" + FILTER);

        assertThatThrownBy(() -> PolicyObject.read(object))
                .isInstanceOf(PolicyException.class)
                .hasMessageStartingWith("The policy's object defines ")
                .hasMessageContaining(" for others to see; make a function or a variable static");
    }

    @Test
    void aHookThatWouldGiveWayIsRefused() {
        byte[] object = compile("WEIR_POLICY;\nint weir_object_slot_00(void) __attribute__((weak));\n"
                + "int weir_object_slot_00(void) { return 0; }\n" + FILTER);

        assertThatThrownBy(() -> PolicyObject.read(object))
                .isInstanceOf(PolicyException.class)
                .hasMessage("The policy's object defines weir_object_slot_00 as weak; leave that word out.");
    }

    @Test
    void anObjectWithoutVersionOrFilterIsRefused() {
        assertThatThrownBy(() -> PolicyObject.read(compile(FILTER)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("is WEIR_POLICY missing?");
        assertThatThrownBy(() -> PolicyObject.read(compile("WEIR_POLICY;")))
                .isInstanceOf(PolicyException.class)
                .hasMessageStartingWith("The policy's object has no WEIR_FILTER;");
        assertThatThrownBy(() -> PolicyObject.read(compile(
                        "const volatile __u32 weir_policy_abi_slot_00 = 9999; char LICENSE[] SEC(\"license\") = \"GPL\";\n" + FILTER)))
                .isInstanceOf(PolicyException.class)
                .hasMessageStartingWith("The policy's object was built for version 9999 of weir/policy.h");
    }

    private static byte[] compile(String definitions) {
        return PolicyCompiler.compile("#include <weir/policy.h>\n" + definitions);
    }
}
