// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfMap.UpdateMode;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.kernel.RingBuffer;
import dev.weir.kernel.VerifierException;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Objects that are loaded with the maps of one that is in the kernel: program `touch` adds its object's generation to the last
/// element of `shared`, and looks key 1 up in `pairs`.
@RequiresRoot
class MapReuseIT {
    private static final int LAST = 599;

    private final Arena arena = Arena.ofConfined();
    private LoadedObject first;
    private MemorySegment sum;

    @BeforeEach
    void load() {
        first = Linked.file(Linked.core("GENERATION=1")).resize("pairs", 300).load();
        sum = first.map("shared").element(LAST);
    }

    @AfterEach
    void close() {
        first.close();
        arena.close();
    }

    @Test
    void bothObjectsSeeTheSameValues() {
        put(first.map("pairs"), 1);
        try (LoadedObject second = successor(10)) {
            assertThat(touch(second)).as("found in pairs").isOne();
            assertThat(touch(first)).isOne();
            assertThat(sum.get(JAVA_INT, 0)).isEqualTo(11);

            put(second.map("pairs"), 2);
            assertThat(first.map("pairs").population()).isEqualTo(2);
            second.map("shared").element(LAST).set(JAVA_INT, 0, 5);
            assertThat(sum.get(JAVA_INT, 0)).isEqualTo(5);
        }
    }

    @Test
    void theFirstObjectsMapsServeForEverWhileItsSuccessorsComeAndGo() {
        var runs = new ArrayList<Integer>();
        try (RingBuffer ring = RingBuffer.of(first.map("records"))) {
            LoadedObject current = successor(1);
            for (int generation = 2; generation <= 30; generation++) {
                LoadedObject next = successor(generation);
                current.close();
                current = next;
                touch(current);
                ring.drain(record -> runs.add(record.get(JAVA_INT, 0)));
            }
            current.close();
        }

        assertThat(sum.get(JAVA_INT, 0)).isEqualTo(30 * 31 / 2 - 1);
        assertThat(runs).as("each object counts its own runs").hasSize(29).containsOnly(1);
        put(first.map("pairs"), 1);
        assertThat(touch(first)).isOne();
    }

    @Test
    void aMapOutlivesTheObjectThatMadeIt() {
        put(first.map("pairs"), 1);
        touch(first);
        LoadedObject second = successor(10);
        LoadedObject third;
        try {
            first.close();
            assertThat(touch(second)).isOne();
            assertThat(second.map("shared").element(LAST).get(JAVA_INT, 0)).isEqualTo(11);
            assertThatIllegalStateException().isThrownBy(() -> sum.get(JAVA_INT, 0));
            third = Linked.file(Linked.core("GENERATION=100")).reuse(second).load();
        } finally {
            second.close();
        }
        try (third) {
            assertThat(touch(third)).isOne();
            assertThat(third.map("shared").element(LAST).get(JAVA_INT, 0)).isEqualTo(111);
        }
    }

    @Test
    void dataSectionsAreEachObjectsOwn() {
        try (LoadedObject second = successor(10)) {
            for (int i = 0; i < 3; i++) {
                touch(second);
            }

            assertThat(dataOf(second, ".bss").get(JAVA_INT, 0)).isEqualTo(3);
            assertThat(dataOf(first, ".bss").get(JAVA_INT, 0)).isZero();
            assertThat(sum.get(JAVA_INT, 0)).isEqualTo(30);
        }
    }

    @Test
    void theSizeIsThatOfTheMapInTheKernel() {
        try (LoadedObject second = successor(10)) {
            assertThat(second.map("pairs").maxEntries()).isEqualTo(300);
        }
    }

    @Test
    void aMapOfAnotherShapeIsRefusedAndNothingStaysOpen() {
        List<String> before = Linked.descriptors();
        try (BpfObjectFile other = Linked.file(Linked.core("VALUE=__u64"))) {
            assertThatThrownBy(() -> other.reuse(first))
                    .isInstanceOf(KernelException.class)
                    .hasMessage("Cannot share map pairs: linked.bpf.o declares HASH with keys of 4 and values of 8 bytes, flags 0,"
                            + " and that of linked.bpf.o has HASH with keys of 4 and values of 4 bytes, flags 0; use objects of"
                            + " one version of Weir.");
        }

        assertThat(Linked.descriptors()).isEqualTo(before);
        touch(first);
        assertThat(sum.get(JAVA_INT, 0)).isOne();
    }

    @Test
    void aRefusedSuccessorLeavesTheFirstAsItWas() {
        int id = first.program("touch").id();
        List<String> before = Linked.descriptors();
        touch(first);

        assertThatThrownBy(() ->
                        Linked.file(Linked.core(), Linked.hook(1, "REFUSED")).reuse(first).load())
                .isInstanceOf(VerifierException.class);

        assertThat(Linked.descriptors()).isEqualTo(before);
        assertThat(first.program("touch").id()).isEqualTo(id);
        touch(first);
        assertThat(sum.get(JAVA_INT, 0)).isEqualTo(2);
    }

    @Test
    void noDescriptorStaysOpen() {
        List<String> before = Linked.descriptors();
        for (int i = 0; i < 20; i++) {
            successor(i).close();
            Linked.file(Linked.core()).reuse(first).close();
        }

        assertThat(Linked.descriptors()).isEqualTo(before);
    }

    private LoadedObject successor(int generation) {
        return Linked.file(Linked.core("GENERATION=" + generation)).reuse(first).load();
    }

    private static MemorySegment dataOf(LoadedObject object, String section) {
        return object.maps().stream()
                .filter(map -> map.name().endsWith(section))
                .findFirst()
                .orElseThrow()
                .mmap();
    }

    private void put(BpfMap pairs, int number) {
        MemorySegment key = arena.allocateFrom(JAVA_INT, number);
        assertThat(pairs.update(key, key, UpdateMode.NOEXIST)).isTrue();
    }

    private static int touch(LoadedObject object) {
        return ProgTestRun.run(object.program("touch"), TestObject.packet(), TestContext.LOOPBACK, 1).returnValue();
    }
}
