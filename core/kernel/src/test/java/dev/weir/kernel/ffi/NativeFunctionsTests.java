// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NativeFunctionsTests {
    @Test
    void aMissingFunctionSaysSoWhenItIsCalledAndNotBefore() {
        var library = new NativeFunctions(_ -> Optional.empty(), "libbpf.so.1 is missing; install it.");

        MethodHandle plain = library.find("bpf_nothing", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
        MethodHandle withErrno =
                library.find("bpf_nothing", FunctionDescriptor.ofVoid(ADDRESS), NativeFunctions.ERRNO_OPTION);

        assertThat(plain.type().parameterCount()).isEqualTo(2);
        assertThatThrownBy(() -> {
                    int _ = (int) plain.invokeExact(1, MemorySegment.NULL);
                })
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("libbpf.so.1 is missing; install it. (bpf_nothing)");
        assertThatThrownBy(() -> {
                    withErrno.invokeExact(MemorySegment.NULL, MemorySegment.NULL);
                })
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aFailedCallGivesTheNegativeErrno() {
        assertThat(Libc.open("/no/such/file")).isEqualTo(-2);
        assertThat(Libc.enterNetworkNamespace(-1)).isEqualTo(-9);
        assertThat(Libc.mapShared(-1, 0, 4096, false)).isEqualTo(-9);
    }
}
