// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Writes small BPF objects whose every field a test can know: sections, global symbols, and the texts of BTF.
final class TestElf {
    static final int TEXT = 2;
    static final int RODATA = 3;
    static final int BTF = 4;
    static final int SYMBOLS = 5;
    static final int BSS = 6;
    static final int RELOCATIONS = 7;
    private static final int TEXT_BYTES = 32;
    private static final int HEADER = 64;
    private static final int ROW = 64;

    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private final ByteArrayOutputStream constants = new ByteArrayOutputStream();
    private final ByteArrayOutputStream btfNames = new ByteArrayOutputStream();
    private final List<byte[]> symbols = new ArrayList<>();

    TestElf() {
        names.write(0);
        btfNames.write(0);
        symbols.add(new byte[24]);
    }

    /// A policy as `weir/policy.h` makes it: both hooks and the version of the header.
    static TestElf policy(int version) {
        return new TestElf()
                .symbol("weir_filter_slot_00", 0x12, TEXT, 0, 16)
                .symbol("weir_object_slot_00", 0x12, TEXT, 16, 16)
                .constant("weir_policy_abi_slot_00", version);
    }

    /// @param info binding in the upper four bits, type in the lower four
    TestElf symbol(String name, int info, int section, long offset, long size) {
        int at = names.size();
        text(names, name);
        text(btfNames, name);
        return symbolNamedAt(at, info, section, offset, size);
    }

    /// A symbol whose name is somewhere in the names that are there.
    TestElf symbolNamedAt(int name, int info, int section, long offset, long size) {
        symbols.add(little(24)
                .putInt(name)
                .put((byte) info)
                .put((byte) 0)
                .putShort((short) section)
                .putLong(offset)
                .putLong(size)
                .array());
        return this;
    }

    TestElf constant(String name, int value) {
        int offset = constants.size();
        constants.writeBytes(little(4).putInt(value).array());
        return symbol(name, 0x11, RODATA, offset, 4);
    }

    int nameBytes() {
        return names.size();
    }

    private static void text(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        to.write(0);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] bytes() {
        var sectionNames = new ByteArrayOutputStream();
        sectionNames.writeBytes(names.toByteArray());
        var at = new ArrayList<Integer>();
        for (String name : List.of("", ".strtab", ".text", ".rodata", ".BTF", ".symtab", ".bss", ".rel.text")) {
            at.add(sectionNames.size());
            text(sectionNames, name);
        }
        byte[] strings = sectionNames.toByteArray();
        byte[] btf = little(24 + btfNames.size())
                .putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(24)
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .putInt(btfNames.size())
                .put(btfNames.toByteArray())
                .array();
        var table = new ByteArrayOutputStream();
        symbols.forEach(table::writeBytes);
        byte[] relocation = little(16).putLong(TEXT_BYTES - 8).putInt(10).putInt(1).array(); // R_BPF_64_32
        byte[][] contents = {
            {}, strings, new byte[TEXT_BYTES], constants.toByteArray(), btf, table.toByteArray(), {}, relocation
        };
        int[] types = {0, 3, 1, 1, 1, 2, 8, 9};
        return file(at, contents, types);
    }

    private static byte[] file(List<Integer> names, byte[][] contents, int[] types) {
        var body = new ByteArrayOutputStream();
        ByteBuffer rows = little(ROW * contents.length);
        for (int i = 0; i < contents.length; i++) {
            rows.putInt(names.get(i)).putInt(types[i]).putLong(i == TEXT ? 6 : 2).putLong(0);
            rows.putLong(HEADER + body.size()).putLong(i == BSS ? 1L << 20 : contents[i].length);
            rows.putInt(i == SYMBOLS ? 1 : i == RELOCATIONS ? SYMBOLS : 0).putInt(i == RELOCATIONS ? TEXT : 0);
            rows.putLong(8).putLong(i == SYMBOLS ? 24 : i == RELOCATIONS ? 16 : 0);
            body.writeBytes(contents[i]);
        }
        ByteBuffer file = little(HEADER + body.size() + rows.capacity());
        file.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        file.putShort((short) 1).putShort((short) 247).putInt(1).putLong(0).putLong(0);
        file.putLong(HEADER + body.size()).putInt(0).putShort((short) HEADER).putShort((short) 0).putShort((short) 0);
        file.putShort((short) ROW).putShort((short) contents.length).putShort((short) 1);
        return file.put(body.toByteArray()).put(rows.array()).array();
    }
}
