// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.abi.Lane;
import dev.weir.abi.WeirLimit;
import org.junit.jupiter.api.Test;

/// What can be said of an object without loading it; needs libbpf, which the build needs as well.
class BpfObjectFileTests {
    private static final String OBJECT = "/bpf/weir_ingress.bpf.o";

    @Test
    void theDataPlanesProgramsAndMapsAreThere() {
        try (BpfObjectFile file = BpfObjectFile.ofResource(OBJECT)) {
            assertThat(file.programs()).contains(new ProgramSpec("weir_ingress", "tc"));
            assertThat(file.maps()).anySatisfy(map -> {
                assertThat(map.name()).isEqualTo("lanes");
                assertThat(map.type()).isEqualTo(MapType.ARRAY);
                assertThat(map.valueSize()).isEqualTo((int) Lane.SIZE);
                assertThat(map.maxEntries()).isEqualTo(WeirLimit.LANES);
                assertThat(map.isMappable()).isTrue();
            });
        }
    }

    @Test
    void aMapIsMadeWithAsManyEntriesAsWanted() {
        try (BpfObjectFile file = BpfObjectFile.ofResource(OBJECT).resize("tracks", 7)) {
            assertThat(file.maps()).anyMatch(map -> map.name().equals("tracks") && map.maxEntries() == 7);
            assertThatThrownBy(() -> file.resize("trakcs", 7))
                    .isInstanceOf(KernelException.class)
                    .hasMessageStartingWith("weir_ingress.bpf.o has no map trakcs; its maps are [");
        }
    }

    @Test
    void whatIsNoObjectIsRefusedInASentence() {
        assertThatThrownBy(() -> BpfObjectFile.open("not an ELF file".getBytes(), "policy.bpf.o"))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot read policy.bpf.o as a BPF object (")
                .hasMessageEndingWith("; build it again with clang for the target bpf.");
        assertThatThrownBy(() -> BpfObjectFile.open(new byte[0], "empty.bpf.o")).isInstanceOf(KernelException.class);
    }

    @Test
    void aMissingResourceIsNamed() {
        assertThatThrownBy(() -> BpfObjectFile.ofResource("/bpf/nothing.bpf.o"))
                .isInstanceOf(KernelException.class)
                .hasMessage("The class path has no /bpf/nothing.bpf.o; build module bpf, and put its jar on the class path.");
    }

    @Test
    void aClosedFileIsOfNoUse() {
        BpfObjectFile file = BpfObjectFile.ofResource(OBJECT);
        file.close();
        file.close();

        assertThatIllegalStateException().isThrownBy(file::maps);
        assertThatIllegalStateException().isThrownBy(file::load);
    }
}
