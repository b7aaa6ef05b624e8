// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A relocatable BPF object read without libbpf: which global symbols it defines, what a constant says, and the same object
/// with its slot's number in its names. Immutable.
///
/// Format: ELF64 (System V ABI), with a `.BTF` section.
public final class BpfElf {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int MOST_SECTIONS = 1000;
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int TYPE_RELOCATABLE = 1;
    private static final int MACHINE_BPF = 247;
    private static final int SECTION_SYMBOLS = 2;
    private static final int BTF_MAGIC = 0xeb9f;
    private static final String PLACEHOLDER = "slot_00";

    /// A part of the file.
    private record Section(String name, int type, int offset, int size, int link) {}

    /// A global symbol that the object defines.
    private record Symbol(int section, long value, long size) {}

    private final String name;
    private final ByteBuffer elf;
    private final Map<Integer, Section> sections;
    private final Map<String, Symbol> symbols;
    private final Section symbolNames;
    private final Section btf;

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
        Section table = sections.values().stream()
                .filter(section -> section.type == SECTION_SYMBOLS)
                .findFirst()
                .orElseThrow(() -> malformed("it has no symbols"));
        symbolNames = section(table.link);
        btf = sections.values().stream()
                .filter(section -> section.name.equals(".BTF"))
                .findFirst()
                .orElseThrow(() -> malformed("it has no BTF"));
        symbols = readSymbols(table);
    }

    /// Reads an object.
    ///
    /// @param bytes the file
    /// @param name what to call it in messages
    /// @throws KernelException if it is no BPF object, or malformed
    public static BpfElf read(byte[] bytes, String name) {
        try {
            return new BpfElf(name, bytes);
        } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
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

    private Map<Integer, Section> readSections() {
        int table = Math.toIntExact(elf.getLong(40));
        int count = Short.toUnsignedInt(elf.getShort(60));
        int names = Short.toUnsignedInt(elf.getShort(62));
        if (elf.getShort(58) != SECTION_BYTES || count > MOST_SECTIONS || names >= count) {
            throw malformed("its section table makes no sense");
        }
        int nameOffset = Math.toIntExact(elf.getLong(table + names * SECTION_BYTES + 24));
        var result = new HashMap<Integer, Section>();
        for (int number = 0; number < count; number++) {
            int at = table + number * SECTION_BYTES;
            int type = elf.getInt(at + 4);
            int offset = Math.toIntExact(elf.getLong(at + 24));
            int size = Math.toIntExact(elf.getLong(at + 32));
            boolean isInFile = type != 8; // SHT_NOBITS
            if (isInFile && (long) offset + size > elf.capacity() || offset < 0 || size < 0) {
                throw malformed("a section lies outside of it");
            }
            result.put(number, new Section(text(nameOffset + elf.getInt(at)), type, offset, size, elf.getInt(at + 40)));
        }
        return result;
    }

    private Section section(int number) {
        Section section = sections.get(number);
        if (section == null) {
            throw malformed("it names a section that it does not have");
        }
        return section;
    }

    private String text(int offset) {
        int end = offset;
        while (elf.get(end) != 0) {
            end++;
        }
        return new String(elf.array(), offset, end - offset, StandardCharsets.UTF_8);
    }

    private Map<String, Symbol> readSymbols(Section table) {
        var result = new LinkedHashMap<String, Symbol>();
        for (int at = table.offset; at + SYMBOL_BYTES <= table.offset + table.size; at += SYMBOL_BYTES) {
            int binding = elf.get(at + 4) >> 4;
            int section = Short.toUnsignedInt(elf.getShort(at + 6));
            boolean isGlobal = binding == 1 || binding == 2;
            if (isGlobal && section != 0) {
                result.put(
                        text(symbolNames.offset + elf.getInt(at)),
                        new Symbol(section, elf.getLong(at + 8), elf.getLong(at + 16)));
            }
        }
        return result;
    }

    /// Names of the global and weak symbols that the object defines.
    public Set<String> symbols() {
        return Set.copyOf(symbols.keySet());
    }

    /// Whether the object defines a global or weak symbol of that name.
    public boolean defines(String symbol) {
        return symbols.containsKey(symbol);
    }

    /// The value of a global constant of four bytes.
    ///
    /// @throws KernelException if there is no such constant
    public int constant(String symbol) {
        Symbol found = symbols.get(symbol);
        if (found == null || found.size != Integer.BYTES) {
            throw malformed("it has no constant " + symbol + " of four bytes (is WEIR_POLICY missing?)");
        }
        Section section = section(found.section);
        if (found.value < 0 || found.value + Integer.BYTES > section.size) {
            throw malformed("its constant " + symbol + " lies outside of its section");
        }
        return elf.getInt(section.offset + (int) found.value);
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
        replace(bytes, symbolNames.offset, symbolNames.offset + symbolNames.size, slot);
        int strings = btf.offset;
        if (btf.size < 24 || Short.toUnsignedInt(elf.getShort(strings)) != BTF_MAGIC) {
            throw malformed("its BTF makes no sense");
        }
        long begin = (long) strings + Integer.toUnsignedLong(elf.getInt(strings + 4)) + Integer.toUnsignedLong(elf.getInt(strings + 16));
        long end = begin + Integer.toUnsignedLong(elf.getInt(strings + 20));
        if (end > strings + (long) btf.size) {
            throw malformed("its BTF points behind its own end");
        }
        replace(bytes, (int) begin, (int) end, slot);
        return bytes;
    }

    private static void replace(byte[] bytes, int from, int to, int slot) {
        byte[] placeholder = PLACEHOLDER.getBytes(StandardCharsets.US_ASCII);
        for (int at = from; at + placeholder.length <= to; at++) {
            int matched = 0;
            while (matched < placeholder.length && bytes[at + matched] == placeholder[matched]) {
                matched++;
            }
            if (matched == placeholder.length) {
                bytes[at + placeholder.length - 2] = (byte) ('0' + slot / 10);
                bytes[at + placeholder.length - 1] = (byte) ('0' + slot % 10);
            }
        }
    }
}
