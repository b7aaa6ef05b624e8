// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfMap.UpdateMode;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresRoot
class BpfMapIT {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment key = arena.allocate(JAVA_INT);
    private final MemorySegment value = arena.allocate(12);
    private LoadedObject object;
    private BpfMap pairs;

    @BeforeEach
    void load() {
        object = TestObject.load();
        pairs = object.map("pairs");
    }

    @AfterEach
    void close() {
        object.close();
        arena.close();
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(put(5, 55, UpdateMode.ANY)).isTrue();

        value.fill((byte) 0);
        assertThat(pairs.lookup(key, value)).isTrue();
        assertThat(value.get(JAVA_INT, 8)).isEqualTo(55);

        assertThat(pairs.delete(key)).isTrue();
        assertThat(pairs.delete(key)).isFalse();
        assertThat(pairs.lookup(key, value)).isFalse();
    }

    @Test
    void theModeDecidesBetweenInsertAndReplace() {
        assertThat(put(1, 10, UpdateMode.EXIST)).isFalse();
        assertThat(put(1, 10, UpdateMode.NOEXIST)).isTrue();
        assertThat(put(1, 11, UpdateMode.NOEXIST)).isFalse();
        assertThat(put(1, 12, UpdateMode.EXIST)).isTrue();
        assertThat(pairs.population()).isOne();
    }

    @Test
    void aFullMapTakesNoMore() {
        for (int i = 0; i < pairs.maxEntries(); i++) {
            assertThat(put(i, i, UpdateMode.ANY)).isTrue();
        }

        assertThat(put(-1, 0, UpdateMode.ANY)).isFalse();
        assertThat(put(7, 70, UpdateMode.ANY)).isTrue();
        assertThat(pairs.population()).isEqualTo(pairs.maxEntries());
    }

    @Test
    void everyKeyIsVisitedOnceAlsoWhileTheyAreRemoved() {
        for (int i = 0; i < 1500; i++) {
            put(i, i, UpdateMode.ANY);
        }
        var seen = new BitSet();

        pairs.forEachKey(present -> {
            int number = present.get(JAVA_INT, 0);
            assertThat(seen.get(number)).isFalse();
            seen.set(number);
            assertThat(pairs.delete(present)).isTrue();
        });

        assertThat(seen.cardinality()).isEqualTo(1500);
        assertThat(pairs.population()).isZero();
    }

    @Test
    void mappedMemoryIsTheKernelsOwn() {
        BpfMap shared = object.map("shared");
        int last = shared.maxEntries() - 1;
        MemorySegment element = shared.element(last);
        element.set(JAVA_INT, 0, 40);
        element.set(JAVA_INT, 4, 2);

        assertThat(run("add_up", last)).isZero();

        assertThat(element.get(JAVA_INT, 0)).isEqualTo(42);
        assertThat(shared.stride()).isEqualTo(16);
        assertThat(shared.mmap().byteSize()).isEqualTo(16L * shared.maxEntries());
        assertThat(shared.mmap()).isSameAs(shared.mmap());
        key.set(JAVA_INT, 0, last);
        assertThat(shared.lookup(key, value)).isTrue();
        assertThat(value.get(JAVA_INT, 0)).isEqualTo(42);
        assertThatIllegalStateException().isThrownBy(pairs::mmap);
    }

    @Test
    void countersAreSummedOverTheCpus() {
        for (int i = 0; i < 5; i++) {
            assertThat(run("count_second", 0)).isEqualTo(-1);
        }

        BpfMap counters = object.map("counters");
        assertThat(counters.sumPerCpu(1)).isEqualTo(5);
        assertThat(counters.sumPerCpu(0)).isZero();
        assertThat(counters.readPerCpu(1)).hasSizeGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThatThrownBy(() -> counters.sumPerCpu(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void memoryThatIsTooSmallNeverReachesTheKernel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pairs.lookup(key, value.asSlice(0, 11)))
                .withMessage("Map pairs has values of 12 bytes, not 11.");
        assertThatIllegalArgumentException().isThrownBy(() -> pairs.delete(key.asSlice(0, 3)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> object.map("counters").lookup(key, arena.allocate(8)));
    }

    @Test
    void anArraysElementsCannotBeRemoved() {
        assertThatThrownBy(() -> object.map("shared").delete(key))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot remove an entry of map shared (EINVAL");
    }

    @Test
    void aClosedObjectsMapsAreOutOfReach() {
        MemorySegment memory = object.map("shared").mmap();
        BpfProgram program = object.program("add_up");
        object.close();

        assertThatIllegalStateException().isThrownBy(() -> pairs.lookup(key, value));
        assertThatIllegalStateException().isThrownBy(() -> memory.get(JAVA_INT, 0));
        assertThatIllegalStateException().isThrownBy(program::fd);
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> object.map("parts"))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("kernelit.bpf.o has no map parts, it has [");
        assertThatThrownBy(() -> object.program("parts")).hasMessageContaining("count_first");
    }

    private boolean put(int number, int content, UpdateMode mode) {
        key.set(JAVA_INT, 0, number);
        value.set(JAVA_INT, 8, content);
        return pairs.update(key, value, mode);
    }

    private int run(String program, int word) {
        return ProgTestRun.run(object.program(program), TestObject.packet(word), TestContext.LOOPBACK, 1)
                .returnValue();
    }
}
