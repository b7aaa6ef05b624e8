// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.BpfSymbol.Binding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A relocatable BPF object read without libbpf: which global symbols it has, what a constant says, and the same object with
/// its slot's number in its names. Immutable.
///
/// The bytes may come from anywhere: reading takes time in proportion to them, and what is wrong with them is a
/// [KernelException]. [#read] checks all that the other methods rely on, and what libbpf 1.1 takes on trust: a relocation
/// outside of its section, or a symbol of no section, would end the JVM in [BpfLinker].
///
/// Format: ELF64 (System V ABI), with a `.BTF` section (Linux, Documentation/bpf/btf.rst).
public final class BpfElf {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 16;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int BTF_HEADER_BYTES = 24;
    private static final int MOST_SECTIONS = 1000;
    private static final int MOST_SYMBOLS = 1 << 16;
    private static final int LONGEST_NAME = 512; // the kernel's KSYM_NAME_LEN
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int TYPE_RELOCATABLE = 1;
    private static final int MACHINE_BPF = 247;
    private static final int SECTION_DATA = 1;
    private static final int SECTION_SYMBOLS = 2;
    private static final int SECTION_STRINGS = 3;
    private static final int SECTION_WITHOUT_BYTES = 8;
    private static final int SECTION_RELOCATIONS = 9;
    private static final int EXECUTABLE = 4;
    private static final int NO_SECTION_ABSOLUTE = 0xfff1;
    private static final int BTF_MAGIC = 0xeb9f;
    private static final byte[] PLACEHOLDER = "slot_00".getBytes(StandardCharsets.US_ASCII);

    /// A part of the file.
    private record Section(String name, int type, boolean isExecutable, int offset, int size, int link, int info) {}

    /// Bytes `from` to `to`, exclusive, that hold names.
    private record Names(int from, int to) {}

    /// Where a symbol's value is: `offset` bytes into a section.
    private record Place(BpfSymbol symbol, int section, long offset, long size) {}

    private final String name;
    private final ByteBuffer elf;
    private final List<Section> sections;
    private final Names symbolNames;
    private final Names btfNames;
    private final Map<String, Place> symbols;

    private BpfElf(String name, byte[] bytes) {
        this.name = name;
        elf = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BYTES
                || elf.getInt(0) != ELF_MAGIC
                || elf.getShort(4) != CLASS_64_LITTLE_ENDIAN
                || elf.getShort(16) != TYPE_RELOCATABLE
                || elf.getShort(18) != MACHINE_BPF) {
            throw malformed("it is no relocatable BPF object");
        }
        sections = readSections();
        Section table = sections.stream()
                .filter(section -> section.type == SECTION_SYMBOLS)
                .findFirst()
                .orElseThrow(() -> malformed("it has no symbols"));
        Section names = section(table.link);
        if (names.type != SECTION_STRINGS) {
            throw malformed("its symbols have no names");
        }
        symbolNames = new Names(names.offset, names.offset + names.size);
        btfNames = findBtfNames();
        symbols = readSymbols(table);
        sections.stream()
                .filter(section -> section.type == SECTION_RELOCATIONS)
                .forEach(relocations -> requireInside(relocations, table.size / SYMBOL_BYTES));
    }

    /// Reads an object.
    ///
    /// @param bytes the file
    /// @param name what to call it in messages
    /// @throws KernelException if it is no BPF object, or malformed
    public static BpfElf read(byte[] bytes, String name) {
        try {
            return new BpfElf(name, bytes);
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new KernelException(Errno.EINVAL, sentence(name, "it points behind its own end"));
        }
    }

    private static String sentence(String name, String what) {
        return "Cannot read " + name + " as a BPF object: " + what
                + "; build it with clang -O2 -g -target bpf -c.";
    }

    private KernelException malformed(String what) {
        return new KernelException(Errno.EINVAL, sentence(name, what));
    }

    private List<Section> readSections() {
        int table = Math.toIntExact(elf.getLong(40));
        int count = Short.toUnsignedInt(elf.getShort(60));
        int names = Short.toUnsignedInt(elf.getShort(62));
        if (elf.getShort(58) != SECTION_BYTES || count > MOST_SECTIONS || names >= count) {
            throw malformed("its section table makes no sense");
        }
        if (table < 0 || (long) table + count * SECTION_BYTES > elf.capacity()) {
            throw malformed("a section lies outside of it");
        }
        int nameOffset = Math.toIntExact(elf.getLong(table + names * SECTION_BYTES + 24));
        var result = new ArrayList<Section>();
        for (int number = 0; number < count; number++) {
            int at = table + number * SECTION_BYTES;
            int type = elf.getInt(at + 4);
            int offset = Math.toIntExact(elf.getLong(at + 24));
            int size = Math.toIntExact(elf.getLong(at + 32));
            boolean isInFile = type != SECTION_WITHOUT_BYTES;
            if (isInFile && (long) offset + size > elf.capacity() || offset < 0 || size < 0) {
                throw malformed("a section lies outside of it");
            }
            String sectionName = text(Math.addExact(nameOffset, elf.getInt(at)), elf.capacity());
            boolean isExecutable = (elf.getLong(at + 8) & EXECUTABLE) != 0;
            result.add(new Section(sectionName, type, isExecutable, offset, size, elf.getInt(at + 40), elf.getInt(at + 44)));
        }
        return List.copyOf(result);
    }

    private Section section(int number) {
        if (number < 0 || number >= sections.size()) {
            throw malformed("it names a section that it does not have");
        }
        return sections.get(number);
    }

    /// A text that ends with a zero, before `limit`.
    private String text(int offset, int limit) {
        int end = offset;
        while (end < limit && elf.get(end) != 0) {
            end++;
            if (end - offset > LONGEST_NAME) {
                throw malformed("a name has more than " + LONGEST_NAME + " bytes");
            }
        }
        if (end >= limit) {
            throw malformed("a name has no end");
        }
        return new String(elf.array(), offset, end - offset, StandardCharsets.UTF_8);
    }

    private Names findBtfNames() {
        Section btf = sections.stream()
                .filter(section -> section.name.equals(".BTF"))
                .findFirst()
                .orElseThrow(() -> malformed("it has no BTF"));
        if (btf.type != SECTION_DATA
                || btf.size < BTF_HEADER_BYTES
                || Short.toUnsignedInt(elf.getShort(btf.offset)) != BTF_MAGIC) {
            throw malformed("its BTF makes no sense");
        }
        long from = btf.offset + word(btf.offset + 4) + word(btf.offset + 16);
        long to = from + word(btf.offset + 20);
        if (to > (long) btf.offset + btf.size) {
            throw malformed("its BTF points behind its own end");
        }
        return new Names((int) from, (int) to);
    }

    private long word(int offset) {
        return Integer.toUnsignedLong(elf.getInt(offset));
    }

    private Map<String, Place> readSymbols(Section table) {
        if (table.size / SYMBOL_BYTES > MOST_SYMBOLS) {
            throw malformed("it has more than " + MOST_SYMBOLS + " symbols");
        }
        var result = new LinkedHashMap<String, Place>();
        for (int at = table.offset; at + SYMBOL_BYTES <= table.offset + table.size; at += SYMBOL_BYTES) {
            Place place = readSymbol(at);
            int binding = elf.get(at + 4) >> 4;
            if (binding != 1 && binding != 2) { // STB_GLOBAL, STB_WEAK
                continue;
            }
            requireOwnName(place.symbol.name(), Math.addExact(symbolNames.from, elf.getInt(at)));
            if (result.put(place.symbol.name(), place) != null) {
                throw malformed("it has two symbols " + place.symbol.name());
            }
        }
        return result;
    }

    private Place readSymbol(int at) {
        String symbolName = text(Math.addExact(symbolNames.from, elf.getInt(at)), symbolNames.to);
        int number = Short.toUnsignedInt(elf.getShort(at + 6));
        boolean isWeak = elf.get(at + 4) >> 4 == 2;
        Binding binding = number == 0 ? Binding.UNDEFINED : isWeak ? Binding.WEAK : Binding.STRONG;
        String sectionName = number == 0 || number == NO_SECTION_ABSOLUTE ? "" : section(number).name;
        var symbol = new BpfSymbol(symbolName, BpfSymbol.Kind.of(elf.get(at + 4) & 15), binding, sectionName);
        return new Place(symbol, number, elf.getLong(at + 8), elf.getLong(at + 16));
    }

    private void requireInside(Section relocations, int symbolCount) {
        Section patched = section(relocations.info);
        if (patched.type == SECTION_WITHOUT_BYTES) {
            throw malformed("it relocates what it does not have");
        }
        long last = (long) patched.size - (patched.isExecutable ? INSTRUCTION_BYTES : Integer.BYTES);
        int end = relocations.offset + relocations.size;
        for (int at = relocations.offset; at + RELOCATION_BYTES <= end; at += RELOCATION_BYTES) {
            long offset = elf.getLong(at);
            if (offset < 0 || offset > last || word(at + 12) >= symbolCount) {
                throw malformed("it relocates what it does not have");
            }
        }
    }

    /// A linker may store a name as the end of a longer one. If that one has the placeholder where this one begins, the slot's
    /// number would change this one as well, but not its copy in BTF.
    private void requireOwnName(String symbolName, int nameAt) {
        for (int before = 1; before < PLACEHOLDER.length; before++) {
            int at = nameAt - before;
            if (at >= symbolNames.from && isPlaceholder(elf.array(), at, symbolNames.to)) {
                throw new KernelException(Errno.EINVAL, "Cannot give " + name + " a slot: its global name " + symbolName
                        + " is the end of a name with " + new String(PLACEHOLDER, StandardCharsets.US_ASCII)
                        + "; rename it, or make it static.");
            }
        }
    }

    /// The global and weak symbols that the object defines or asks for, in the file's order.
    public List<BpfSymbol> symbols() {
        return symbols.values().stream().map(Place::symbol).toList();
    }

    /// Whether the object defines a global or weak symbol of that name.
    public boolean defines(String symbol) {
        Place place = symbols.get(symbol);
        return place != null && place.symbol.binding() != Binding.UNDEFINED;
    }

    /// The value of a global constant of four bytes.
    ///
    /// @throws KernelException if there is no such constant
    public int constant(String symbol) {
        Place place = symbols.get(symbol);
        if (place == null || place.size != Integer.BYTES) {
            throw malformed("it has no constant " + symbol + " of four bytes (is WEIR_POLICY missing?)");
        }
        Section section = section(place.section);
        if (section.type != SECTION_DATA || place.offset < 0 || place.offset > (long) section.size - Integer.BYTES) {
            throw malformed("its constant " + symbol + " lies outside of its section");
        }
        return elf.getInt(section.offset + (int) place.offset);
    }

    /// The object with the number of a slot in the place of `00` wherever a name has `slot_00`: in the symbols' names and in
    /// BTF's, which libbpf compares.
    ///
    /// @param slot 1 to 99
    /// @return the object's bytes
    public byte[] withSlot(int slot) {
        if (slot < 1 || slot > 99) {
            throw new IllegalArgumentException("a slot is 1 to 99, not " + slot);
        }
        byte[] bytes = elf.array().clone();
        replace(bytes, symbolNames, slot);
        replace(bytes, btfNames, slot);
        return bytes;
    }

    private static void replace(byte[] bytes, Names names, int slot) {
        for (int at = names.from; at < names.to; at++) {
            if (isPlaceholder(bytes, at, names.to)) {
                bytes[at + PLACEHOLDER.length - 2] = (byte) ('0' + slot / 10);
                bytes[at + PLACEHOLDER.length - 1] = (byte) ('0' + slot % 10);
            }
        }
    }

    private static boolean isPlaceholder(byte[] bytes, int at, int limit) {
        int matched = 0;
        while (matched < PLACEHOLDER.length && at + matched < limit && bytes[at + matched] == PLACEHOLDER[matched]) {
            matched++;
        }
        return matched == PLACEHOLDER.length;
    }
}
