// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.kernel.BpfSymbol.Binding;
import dev.weir.kernel.BpfSymbol.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BpfElfTests {
    private static final String CORE = "/bpf/weir_ingress.bpf.o";
    private static final int SECTION_TABLE = 40;
    private static final int SMALL_MUTATIONS = 40_000;
    private static final int LARGE_MUTATIONS = 1_000;

    @Test
    void theDataPlanesOwnObjectIsRead() {
        BpfElf core = BpfElf.read(BpfObjectFile.resource(CORE), "core");

        assertThat(core.symbols())
                .contains(
                        new BpfSymbol("weir_ingress", Kind.FUNCTION, Binding.STRONG, "tc"),
                        new BpfSymbol("weir_filter_slot_08", Kind.FUNCTION, Binding.WEAK, ".text"),
                        new BpfSymbol("lanes", Kind.OBJECT, Binding.STRONG, ".maps"),
                        new BpfSymbol("bpf_cast_to_kern_ctx", Kind.OTHER, Binding.UNDEFINED, ""));
        assertThat(core.defines("weir_ingress")).isTrue();
        assertThat(core.defines("bpf_cast_to_kern_ctx")).isFalse();
        assertThat(core.defines("weir_egress")).isFalse();
        assertThat(core.constant("weir_abi")).isPositive();
    }

    @Test
    void anObjectWithoutThePlaceholderIsTheSameInEverySlot() {
        byte[] bytes = BpfObjectFile.resource(CORE);

        assertThat(BpfElf.read(bytes, "core").withSlot(7)).isEqualTo(bytes);
    }

    @Test
    void aSlotsNumberTakesThePlaceholdersPlaceInSymbolsAndBtf() {
        byte[] bytes = TestElf.policy(3).bytes();

        byte[] patched = BpfElf.read(bytes, "policy").withSlot(42);

        BpfElf policy = BpfElf.read(patched, "policy");
        assertThat(policy.symbols()).extracting(BpfSymbol::name)
                .containsExactly("weir_filter_slot_42", "weir_object_slot_42", "weir_policy_abi_slot_42");
        assertThat(policy.constant("weir_policy_abi_slot_42")).isEqualTo(3);
        assertThat(text(patched)).isEqualTo(text(bytes).replace("slot_00", "slot_42"));
        assertThat(text(patched).split("weir_filter_slot_42", -1)).as("in the symbols and in BTF").hasSize(3);
    }

    @Test
    void theObjectItselfNeverChanges() {
        byte[] bytes = TestElf.policy(3).bytes();
        BpfElf policy = BpfElf.read(bytes, "policy");

        byte[] first = policy.withSlot(1);
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(policy.withSlot(2), (byte) 0);

        assertThat(policy.withSlot(1)).isEqualTo(first);
        assertThat(policy.constant("weir_policy_abi_slot_00")).isEqualTo(3);
    }

    @Test
    void onlyNumbersOfTwoDigitsFit() {
        BpfElf policy = BpfElf.read(TestElf.policy(3).bytes(), "policy");

        assertThatIllegalArgumentException().isThrownBy(() -> policy.withSlot(0));
        assertThatIllegalArgumentException().isThrownBy(() -> policy.withSlot(100));
    }

    @Test
    void aNameThatEndsWithAnotherMayBeSharedIfBothHaveThePlaceholder() {
        TestElf shared = new TestElf().symbol("weir_filter_slot_00", 0x12, TestElf.TEXT, 0, 8);
        int end = shared.nameBytes() - 1;
        byte[] bytes = shared.symbolNamedAt(end - "slot_00".length(), 0x12, TestElf.TEXT, 8, 8).bytes();

        assertThat(BpfElf.read(BpfElf.read(bytes, "policy").withSlot(5), "policy").symbols())
                .extracting(BpfSymbol::name)
                .containsExactly("weir_filter_slot_05", "slot_05");
    }

    @Test
    void aNameThatWouldChangeByAccidentIsRefused() {
        for (int length = 1; length < "slot_00".length(); length++) {
            TestElf shared = new TestElf().symbol("weir_filter_slot_00", 0x12, TestElf.TEXT, 0, 8);
            int at = shared.nameBytes() - 1 - length;
            byte[] bytes = shared.symbolNamedAt(at, 0x12, TestElf.TEXT, 8, 8).bytes();
            String name = "slot_00".substring("slot_00".length() - length);

            assertThatThrownBy(() -> BpfElf.read(bytes, "the policy"))
                    .isInstanceOf(KernelException.class)
                    .hasMessage("Cannot give the policy a slot: its global name " + name
                            + " is the end of a name with slot_00; rename it, or make it static.");
        }
    }

    @Test
    void aConstantHasFourBytesInTheFile() {
        BpfElf policy = BpfElf.read(
                new TestElf()
                        .constant("four", -2)
                        .symbol("eight", 0x11, TestElf.RODATA, 0, 8)
                        .symbol("function", 0x12, TestElf.TEXT, 30, 4)
                        .symbol("zeros", 0x11, TestElf.BSS, 0, 4)
                        .symbol("behind", 0x11, TestElf.RODATA, 1, 4)
                        .symbol("before", 0x11, TestElf.RODATA, -4, 4)
                        .symbol("overflowing", 0x11, TestElf.RODATA, Long.MAX_VALUE, 4)
                        .symbol("absolute", 0x11, 0xfff1, 0, 4)
                        .symbol("elsewhere", 0x10, 0, 0, 4)
                        .bytes(),
                "policy");

        assertThat(policy.constant("four")).isEqualTo(-2);
        for (String wrong : new String[] {
            "eight", "function", "zeros", "behind", "before", "overflowing", "absolute", "elsewhere", "missing"
        }) {
            assertThatThrownBy(() -> policy.constant(wrong))
                    .as(wrong)
                    .isInstanceOf(KernelException.class)
                    .hasMessageStartingWith("Cannot read policy as a BPF object: it");
        }
    }

    @Test
    void whatIsNoRelocatableBpfObjectIsRefused() {
        assertRefused("it is no relocatable BPF object", _ -> {}, 0);
        assertRefused("it is no relocatable BPF object", elf -> elf.put(0, (byte) 'E'));
        assertRefused("it is no relocatable BPF object", elf -> elf.put(4, (byte) 1)); // ELFCLASS32
        assertRefused("it is no relocatable BPF object", elf -> elf.put(5, (byte) 2)); // ELFDATA2MSB
        assertRefused("it is no relocatable BPF object", elf -> elf.putShort(16, (short) 2)); // ET_EXEC
        assertRefused("it is no relocatable BPF object", elf -> elf.putShort(18, (short) 62)); // EM_X86_64
    }

    @Test
    void wildOffsetsAndHugeCountsAreRefused() {
        assertRefused("it points behind its own end", elf -> elf.putLong(40, Long.MAX_VALUE));
        assertRefused("a section lies outside of it", elf -> elf.putLong(40, elf.capacity() - 8));
        assertRefused("its section table makes no sense", elf -> elf.putShort(60, (short) 0xffff));
        assertRefused("its section table makes no sense", elf -> elf.putShort(62, (short) 8));
        assertRefused("a section lies outside of it", elf -> elf.putLong(row(elf, TestElf.SYMBOLS) + 32, Integer.MAX_VALUE));
        assertRefused("it points behind its own end", elf -> elf.putLong(row(elf, TestElf.SYMBOLS) + 24, 1L << 40));
        assertRefused("it points behind its own end", elf -> elf.putInt(row(elf, TestElf.SYMBOLS), Integer.MIN_VALUE));
        assertRefused("it names a section that it does not have", elf -> elf.putInt(row(elf, TestElf.SYMBOLS) + 40, -1));
        assertRefused("its symbols have no names", elf -> elf.putInt(row(elf, TestElf.SYMBOLS) + 40, TestElf.BSS));
        assertRefused("it has no symbols", elf -> elf.putInt(row(elf, TestElf.SYMBOLS) + 4, 1));
        assertRefused("its BTF makes no sense", elf -> elf.putInt(row(elf, TestElf.BTF) + 4, 8)); // SHT_NOBITS
        assertRefused("its BTF makes no sense", elf -> elf.put(btf(elf), (byte) 0));
        assertRefused("its BTF points behind its own end", elf -> elf.putInt(btf(elf) + 20, -1));
        assertRefused("a name has no end", elf -> elf.putInt(symbol(elf, 1), elf.getInt(row(elf, 1) + 32)));
    }

    /// libbpf 1.1.2 ends the process on each of these.
    @Test
    void whatLibbpfTakesOnTrustIsRefused() {
        assertRefused("it relocates what it does not have", elf -> elf.putLong(relocation(elf), 25)); // of 32 bytes
        assertRefused("it relocates what it does not have", elf -> elf.putLong(relocation(elf), -8));
        assertRefused("it relocates what it does not have", elf -> elf.putInt(relocation(elf) + 12, 4)); // of 4 symbols
        assertRefused("it relocates what it does not have", elf -> elf.putInt(row(elf, TestElf.RELOCATIONS) + 44, TestElf.BSS));
        assertRefused("it names a section that it does not have", elf -> elf.putInt(row(elf, TestElf.RELOCATIONS) + 44, 8));
        assertRefused("it names a section that it does not have", elf -> elf.putShort(symbol(elf, 2) + 6, (short) 8));
        assertRefused("it names a section that it does not have", elf -> elf.putShort(symbol(elf, 2) + 6, (short) -1));
    }

    @Test
    void namesWithoutEndTakeNoTime() {
        String name = "n".repeat(600);
        byte[] bytes = new TestElf().symbol(name, 0x12, TestElf.TEXT, 0, 8).bytes();

        assertThatThrownBy(() -> BpfElf.read(bytes, "policy")).hasMessageContaining("a name has more than 512 bytes");
    }

    /// Damage to every kind of field: whatever it does, the answer is an object that can be asked, or a sentence.
    @Test
    void damagedObjectsAreReadOrRefusedInASentence() {
        byte[] policy = TestElf.policy(3).bytes();
        byte[] compiled = text(BpfObjectFile.resource(CORE)).replace("slot_01", "slot_00").getBytes(StandardCharsets.ISO_8859_1);
        var random = new Random(20_260_301);
        int refused = 0;
        for (int i = 0; i < SMALL_MUTATIONS; i++) {
            refused += survives(mutate(policy, random), i) ? 0 : 1;
        }
        for (int i = 0; i < LARGE_MUTATIONS; i++) {
            refused += survives(mutate(compiled, random), i) ? 0 : 1;
        }

        assertThat(refused).as("the damage reaches what is read").isBetween(SMALL_MUTATIONS / 4, SMALL_MUTATIONS);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] policy = TestElf.policy(3).bytes();
        for (int length = 0; length < policy.length; length++) {
            assertThat(survives(Arrays.copyOf(policy, length), length)).isFalse();
        }
    }

    private static boolean survives(byte[] bytes, int round) {
        try {
            BpfElf read = BpfElf.read(bytes, "damaged");
            assertThat(read.withSlot(9)).hasSameSizeAs(bytes);
            for (BpfSymbol symbol : read.symbols()) {
                try {
                    read.constant(symbol.name());
                } catch (KernelException e) {
                    assertSentence(e);
                }
            }
            return true;
        } catch (KernelException e) {
            assertSentence(e);
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError("round " + round + ": " + e, e);
        }
    }

    private static void assertSentence(KernelException e) {
        if (!e.getMessage().startsWith("Cannot ") || !e.getMessage().endsWith(".")) {
            throw new AssertionError("no sentence: " + e.getMessage(), e);
        }
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int table = (int) view.getLong(SECTION_TABLE);
        int sections = view.getShort(60);
        int[] starts = IntStream.range(0, sections)
                .map(section -> (int) view.getLong(row(view, section) + 24))
                .toArray();
        for (int change = 0; change <= random.nextInt(4); change++) {
            int at =
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(64);
                        case 1 -> table + random.nextInt(64 * sections);
                        case 2 -> starts[random.nextInt(sections)] + random.nextInt(32);
                        default -> random.nextInt(bytes.length);
                    };
            damage(view, Math.floorMod(at, bytes.length - 8), random);
        }
        return random.nextInt(16) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static void damage(ByteBuffer view, int at, Random random) {
        long[] edges = {0, 1, 7, 0x7f, 0x80, 0xff, Short.MAX_VALUE, 0xffff, Integer.MAX_VALUE, 1L << 31, -1, Long.MIN_VALUE};
        long value = random.nextBoolean() ? edges[random.nextInt(edges.length)] : random.nextLong();
        switch (random.nextInt(4)) {
            case 0 -> view.put(at, (byte) value);
            case 1 -> view.putShort(at & ~1, (short) value);
            case 2 -> view.putInt(at & ~3, (int) value);
            default -> view.putLong(at & ~7, value);
        }
    }

    private static void assertRefused(String reason, Consumer<ByteBuffer> damage) {
        assertRefused(reason, damage, Integer.MAX_VALUE);
    }

    private static void assertRefused(String reason, Consumer<ByteBuffer> damage, int length) {
        byte[] bytes = TestElf.policy(3).bytes();
        damage.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));

        assertThatThrownBy(() -> BpfElf.read(Arrays.copyOf(bytes, Math.min(length, bytes.length)), "policy"))
                .isInstanceOf(KernelException.class)
                .hasMessage("Cannot read policy as a BPF object: " + reason + "; build it with clang -O2 -g -target bpf -c.");
    }

    private static int row(ByteBuffer elf, int section) {
        return (int) elf.getLong(SECTION_TABLE) + 64 * section;
    }

    private static int relocation(ByteBuffer elf) {
        return (int) elf.getLong(row(elf, TestElf.RELOCATIONS) + 24);
    }

    private static int btf(ByteBuffer elf) {
        return (int) elf.getLong(row(elf, TestElf.BTF) + 24);
    }

    private static int symbol(ByteBuffer elf, int number) {
        return (int) elf.getLong(row(elf, TestElf.SYMBOLS) + 24) + 24 * number;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
