// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfLinker.Input;
import dev.weir.kernel.BpfSymbol;
import dev.weir.kernel.BpfSymbol.Binding;
import dev.weir.kernel.BpfSymbol.Kind;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.kernel.VerifierException;
import dev.weir.testkit.RequiresRoot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

@RequiresRoot
class BpfLinkerIT {
    @Test
    void aSlotThatNothingIsLinkedIntoHasTheWeakFunction() {
        assertThat(answerOf(Linked.core())).isZero();
    }

    @Test
    void aStrongFunctionTakesTheWeakOnesPlace() {
        assertThat(answerOf(Linked.core(), Linked.hook(1, "ANSWER=3"))).isEqualTo(3);
        assertThat(answerOf(Linked.core(), Linked.hook(2, "ANSWER=3"))).isEqualTo(300);
    }

    @Test
    void eachOfTwoObjectsKeepsItsOwnTable() {
        assertThat(answerOf(Linked.core(), Linked.hook(1, "ANSWER=3"), Linked.hook(2, "ANSWER=9"))).isEqualTo(903);
        assertThat(answerOf(Linked.core(), Linked.hook(2, "ANSWER=9"), Linked.hook(1, "ANSWER=3"))).isEqualTo(903);
        assertThat(answerOf(Linked.core(), Linked.hook(1), Linked.hook(2))).as("one object twice").isEqualTo(101);
    }

    @Test
    void theSameObjectsGiveTheSameCode() {
        String tag = tagOf(Linked.core(), Linked.hook(1, "ANSWER=3"));

        assertThat(tagOf(Linked.core(), Linked.hook(1, "ANSWER=3"))).isEqualTo(tag).matches("[0-9a-f]{16}");
        assertThat(tagOf(Linked.core())).isNotEqualTo(tag);
    }

    @Test
    void whatTheCompilerWroteIsRead() {
        BpfElf hook = BpfElf.read(TestObject.bytes("linkhook"), "hook");

        assertThat(hook.symbols())
                .containsExactlyInAnyOrder(
                        new BpfSymbol("hook_slot_00", Kind.FUNCTION, Binding.STRONG, ".text"),
                        new BpfSymbol("version_slot_00", Kind.OBJECT, Binding.STRONG, ".rodata"),
                        new BpfSymbol("LICENSE", Kind.OBJECT, Binding.STRONG, "license"));
        assertThat(hook.constant("version_slot_00")).isEqualTo(7);
        BpfElf linked = BpfElf.read(Linked.link(Linked.core(), Linked.hook(2)), "linked");
        assertThat(linked.constant("version_slot_02")).isEqualTo(7);
        assertThat(linked.symbols())
                .contains(
                        new BpfSymbol("hook_slot_01", Kind.FUNCTION, Binding.WEAK, ".text"),
                        new BpfSymbol("hook_slot_02", Kind.FUNCTION, Binding.STRONG, ".text"));
    }

    /// clang stores the name `t_00` as the end of `hook_slot_00`.
    @Test
    void aNameThatTheCompilerSharedIsRefused() {
        assertThatThrownBy(() -> Linked.hook(1, "ACCIDENT"))
                .isInstanceOf(KernelException.class)
                .hasMessage("Cannot give hook a slot: its global name t_00 is the end of a name with slot_00; rename it, or make it"
                        + " static.");
    }

    @Test
    void twoDefinitionsOfOneFunctionAreRefused() {
        assertThatThrownBy(() -> Linked.link(Linked.core(), Linked.hook(1), Linked.hook(1, "ANSWER=3")))
                .isInstanceOf(KernelException.class)
                .hasMessageMatching("Cannot link hook 1 \\(libbpf: conflicting non-weak symbol #\\d+ \\(\\w+_slot_01\\) definition"
                        + " in hook 1\\); make its own functions static, and build it with the header of this version of Weir\\.");
    }

    @Test
    void anotherSignatureThanTheWeakFunctionsIsRefused() {
        assertThatThrownBy(() -> Linked.link(Linked.core(), Linked.hook(1, "QUESTION=riddle")))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot link hook 1 (libbpf: global 'hook_slot_01': incompatible struct names 'question'"
                        + " and 'riddle');");
    }

    @Test
    void whatIsNoObjectIsNamed() {
        var junk = new Input("j".repeat(300), "junk".getBytes());

        assertThatThrownBy(() -> Linked.link(Linked.core(), junk))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot link " + junk.name() + " (libbpf: failed to get ELF header for " + junk.name() + ":");
        assertThatThrownBy(() -> Linked.link(Linked.core(), new Input("nothing", new byte[0])))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("Cannot link nothing (");
    }

    @Test
    void noDescriptorStaysOpen() {
        Input junk = new Input("junk", "junk".getBytes());
        List<String> before = Linked.descriptors();

        for (int i = 0; i < 20; i++) {
            try (LoadedObject object = Linked.file(Linked.core(), Linked.hook(1)).load()) {
                assertThat(Linked.descriptors()).as("of " + object.name()).hasSizeGreaterThan(before.size());
            }
            Linked.file(Linked.core(), Linked.hook(1)).close();
            assertThatThrownBy(() -> Linked.link(Linked.core(), junk)).isInstanceOf(KernelException.class);
            assertThatThrownBy(() -> Linked.link(junk)).isInstanceOf(KernelException.class);
            assertThatThrownBy(() -> Linked.link(Linked.core(), Linked.hook(1), Linked.hook(1)))
                    .isInstanceOf(KernelException.class);
            assertThatThrownBy(() -> Linked.file(Linked.core(), Linked.hook(1, "REFUSED")).load())
                    .isInstanceOf(VerifierException.class);
        }

        assertThat(Linked.descriptors()).isEqualTo(before);
    }

    @Test
    void aRefusalShowsTheLineThatIsWrong() {
        assertThatThrownBy(() -> Linked.file(Linked.core(), Linked.hook(1, "REFUSED")).load())
                .isInstanceOfSatisfying(VerifierException.class, refusal -> {
                    assertThat(refusal)
                            .hasMessageContaining("return *(volatile int *)(unsigned long)table[question->mark & 3];")
                            .hasMessageContaining(" | R1 invalid mem access 'scalar' (");
                    assertThat(refusal.log()).anyMatch(line -> line.contains("hook_slot_01"));
                });
    }

    /// libbpf takes much on trust. Whatever [BpfElf] lets through must not end the process, which is how this test fails.
    @Test
    void damagedObjectsAreLinkedOrRefused() {
        byte[] hook = TestObject.bytes("linkhook");
        var random = new Random(7919);
        int linked = 0;
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            try {
                byte[] damaged = BpfElf.read(damage(hook, random), "damaged").withSlot(1);
                linked += Linked.link(Linked.core(), new Input("damaged", damaged)).length > 0 ? 1 : 0;
            } catch (KernelException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("Cannot ").hasMessageEndingWith(".");
            }
        }

        assertThat(linked).isBetween(100, 3900);
        assertThat(refused).isBetween(100, 3900);
    }

    /// Overwrites up to four bytes in the header, a section's beginning, or the table of sections.
    private static byte[] damage(byte[] object, Random random) {
        ByteBuffer elf = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int table = (int) elf.getLong(40);
        int row = table + 64 * random.nextInt(elf.getShort(60));
        int at =
                switch (random.nextInt(8)) {
                    case 0 -> random.nextInt(64);
                    case 1 -> row + random.nextInt(64);
                    default -> (int) elf.getLong(row + 24) + random.nextInt(64);
                };
        int[] edges = {0, 1, 0x7f, 0x80, 0xffff, Integer.MAX_VALUE, -1};
        int value = random.nextBoolean() ? edges[random.nextInt(edges.length)] : random.nextInt();
        int position = Math.min(at, object.length - Integer.BYTES);
        if (random.nextBoolean()) {
            return elf.put(position, (byte) value).array();
        }
        return elf.putInt(position, value).array();
    }

    private static int answerOf(Input first, Input... others) {
        try (LoadedObject object = Linked.file(first, others).load()) {
            return ProgTestRun.run(object.program("ask_both"), TestObject.packet(), TestContext.LOOPBACK, 1)
                    .returnValue();
        }
    }

    private static String tagOf(Input first, Input... others) {
        try (LoadedObject object = Linked.file(first, others).load()) {
            return object.program("ask_both").tag();
        }
    }
}
