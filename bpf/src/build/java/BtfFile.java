// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The types in the `.BTF` section of a little-endian 64-bit ELF object. Format: the kernel's Documentation/bpf/btf.rst.
final class BtfFile {
    private static final int ELF_MAGIC = 0x464c457f;

    private final List<BtfType> types = new ArrayList<>();
    private final ByteBuffer data;
    private final int strings;

    static BtfFile read(Path object) throws IOException {
        var elf = ByteBuffer.wrap(Files.readAllBytes(object)).order(ByteOrder.LITTLE_ENDIAN);
        if (elf.getInt(0) != ELF_MAGIC || elf.get(4) != 2) {
            throw new IOException(object + " is not a 64-bit ELF file: build it with clang -target bpf");
        }
        int headers = (int) elf.getLong(0x28);
        int headerSize = elf.getShort(0x3a);
        int count = elf.getShort(0x3c);
        int names = (int) elf.getLong(headers + elf.getShort(0x3e) * headerSize + 0x18);
        for (int i = 0; i < count; i++) {
            int header = headers + i * headerSize;
            if (text(elf, names + elf.getInt(header)).equals(".BTF")) {
                int offset = (int) elf.getLong(header + 0x18);
                int length = (int) elf.getLong(header + 0x20);
                return new BtfFile(elf.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN));
            }
        }
        throw new IOException(object + " has no .BTF section: compile it with clang -g");
    }

    private BtfFile(ByteBuffer data) {
        this.data = data;
        int header = data.getInt(4);
        int start = header + data.getInt(8);
        int end = start + data.getInt(12);
        this.strings = header + data.getInt(16);
        types.add(new BtfType(0, "void", 0, 0, 0, List.of(), Map.of()));
        data.position(start);
        while (data.position() < end) {
            types.add(readType());
        }
    }

    private BtfType readType() {
        var name = text(data, strings + data.getInt());
        int info = data.getInt();
        int sizeOrReference = data.getInt();
        int kind = info >>> 24 & 0x1f;
        int count = info & 0xffff;
        int reference = sizeOrReference;
        int elements = 0;
        List<BtfType.Member> members = List.of();
        Map<String, Long> values = Map.of();
        switch (kind) {
            case BtfType.INT, BtfType.VARIABLE, BtfType.DECL_TAG -> data.getInt();
            case BtfType.ARRAY -> {
                reference = data.getInt();
                data.getInt();
                elements = data.getInt();
            }
            case BtfType.STRUCT, BtfType.UNION -> members = readMembers(name, count, info < 0);
            case BtfType.ENUM -> values = readValues(count);
            case BtfType.FUNC_PROTO -> data.position(data.position() + count * 8);
            case BtfType.DATASEC, BtfType.ENUM64 -> data.position(data.position() + count * 12);
            default -> { }
        }
        return new BtfType(kind, name, sizeOrReference, reference, elements, members, values);
    }

    private List<BtfType.Member> readMembers(String struct, int count, boolean bitFields) {
        var members = new ArrayList<BtfType.Member>();
        for (int i = 0; i < count; i++) {
            var name = text(data, strings + data.getInt());
            int type = data.getInt();
            int bits = data.getInt();
            if (bitFields && bits >>> 24 != 0) {
                throw new IllegalArgumentException("struct " + struct + ": " + name + " is a bit field; give it a whole type");
            }
            members.add(new BtfType.Member(name, type, bits / 8));
        }
        return members;
    }

    private Map<String, Long> readValues(int count) {
        var values = new LinkedHashMap<String, Long>();
        for (int i = 0; i < count; i++) {
            values.put(text(data, strings + data.getInt()), (long) data.getInt());
        }
        return values;
    }

    private static String text(ByteBuffer buffer, int start) {
        int end = start;
        while (buffer.get(end) != 0) {
            end++;
        }
        var bytes = new byte[end - start];
        buffer.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// The type behind typedefs and qualifiers.
    BtfType resolve(int id) {
        var type = types.get(id);
        while (type.isTransparent()) {
            type = types.get(type.reference());
        }
        return type;
    }

    /// Whether a field was declared as `__be16` or `__be32`, so that its layout carries the byte order.
    boolean isBigEndian(int id) {
        for (var type = types.get(id); type.isTransparent(); type = types.get(type.reference())) {
            if (type.name().startsWith("__be")) {
                return true;
            }
        }
        return false;
    }

    int sizeOf(BtfType type) {
        return type.kind() == BtfType.ARRAY ? type.elements() * sizeOf(resolve(type.reference())) : type.size();
    }

    /// The named structs and enums that the struct `listing` has as members, and those inside them, sorted by name.
    Collection<BtfType> reachableFrom(String listing) {
        var found = new TreeMap<String, BtfType>();
        var root = types.stream()
                .filter(type -> type.isStruct() && type.name().equals(listing))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the object has no struct " + listing));
        root.members().forEach(member -> collect(resolve(member.type()), found));
        return found.values();
    }

    private void collect(BtfType type, Map<String, BtfType> found) {
        switch (type.kind()) {
            case BtfType.ARRAY -> collect(resolve(type.reference()), found);
            case BtfType.ENUM -> found.put(type.name(), type);
            case BtfType.STRUCT -> {
                if (type.name().isEmpty()) {
                    throw new IllegalArgumentException("a struct without a name cannot become a Java type: name it");
                }
                found.put(type.name(), type);
                type.members().forEach(member -> collect(resolve(member.type()), found));
            }
            case BtfType.UNION, BtfType.POINTER ->
                throw new IllegalArgumentException("unions and pointers cannot be shared with Java: " + type.name());
            default -> { }
        }
    }
}
