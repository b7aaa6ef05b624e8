// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.kernel.VerifierException;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.VethEnd;
import org.junit.jupiter.api.Test;

@RequiresRoot
class BpfProgramIT {
    @Test
    void theDataPlaneLoads() {
        try (LoadedObject object = BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").load()) {
            BpfProgram ingress = object.program("weir_ingress");
            assertThat(ingress.id()).isPositive();
            assertThat(ingress.verifiedInstructions()).isBetween(1, 1_000_000);
            assertThat(object.maps()).extracting(Object::toString).anyMatch(map -> map.startsWith("lanes (ARRAY, 1024"));
        }
    }

    @Test
    void theVerifiersWordsReachTheCaller() {
        assertThatThrownBy(() -> TestObject.file("refused").load())
                .asInstanceOf(type(VerifierException.class))
                .satisfies(refusal -> {
                    assertThat(refusal.program()).isEqualTo("read_anywhere");
                    assertThat(refusal.errno()).isEqualTo(13);
                    assertThat(refusal)
                            .hasMessageStartingWith("The kernel's verifier refuses program read_anywhere (EACCES: refused): ")
                            .hasMessageContaining("invalid mem access 'scalar'")
                            .hasMessageContaining(" lines omitted); report it with what './weir bpf log' prints");
                    assertThat(refusal.log()).hasSizeGreaterThan(4).anyMatch(line -> line.startsWith("processed "));
                });
    }

    @Test
    void aLoadedFileIsUsedUp() {
        BpfObjectFile file = TestObject.file("kernelit");
        try (LoadedObject object = file.load()) {
            file.close();
            assertThat(object.program("count_first").fd()).isPositive();
        }
    }

    @Test
    void aMapIsMadeInTheSizeAskedFor() {
        try (LoadedObject object = TestObject.file("kernelit").resize("records", 8192).load()) {
            assertThat(object.map("records").maxEntries()).isEqualTo(8192);
        }
        assertThatThrownBy(() -> TestObject.file("kernelit").resize("pairs", Integer.MAX_VALUE).load())
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot load kernelit.bpf.o into the kernel (");
    }

    @Test
    void aTestRunHasTheContextItWasGiven() throws Exception {
        try (LoadedObject object = TestObject.load();
                var near = NetworkNamespace.create("wt2-run");
                var far = NetworkNamespace.create("wt2-run")) {
            near.connect(VethEnd.of("v0", "10.78.0.1/24"), far, VethEnd.of("v1", "10.78.0.2/24"));
            near.run(() -> {
                int ifindex = InterfaceInfo.all().stream()
                        .filter(device -> device.name().equals("v0"))
                        .findFirst()
                        .orElseThrow()
                        .index();
                var context = new TestContext(ifindex, ifindex, 77, 10, 2);

                ProgTestRun.Result result =
                        ProgTestRun.run(object.program("show_context"), TestObject.packet(), context, 3);

                assertThat(result.returnValue()).isEqualTo(7);
                assertThat(result.durationNanos()).isPositive();
                assertThat(result.dataOut()).hasSameSizeAs(TestObject.packet());
                assertThat(TestObject.word(result.dataOut(), 0)).isEqualTo(ifindex);
                assertThat(TestObject.word(result.dataOut(), 1)).isEqualTo(ifindex);
                assertThat(TestObject.word(result.dataOut(), 2)).isEqualTo(77);
                assertThat(TestObject.word(result.dataOut(), 3)).isEqualTo(10);
            });
        }
    }

    @Test
    void anImpossibleTestRunIsRefusedInASentence() {
        try (LoadedObject object = TestObject.load()) {
            BpfProgram program = object.program("count_first");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ProgTestRun.run(program, new byte[13], TestContext.LOOPBACK, 1));
            assertThatThrownBy(() -> ProgTestRun.run(program, new byte[64], TestContext.of(1_000_000), 1))
                    .isInstanceOf(KernelException.class)
                    .hasMessageStartingWith("Cannot test-run program count_first on 64 bytes (ENODEV");
        }
    }
}
