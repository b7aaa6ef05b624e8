// SPDX-License-Identifier: Apache-2.0
import java.util.Locale;
import java.util.StringJoiner;

/// Writes a struct as a Java class of static accessors.
final class StructWriter {
    /// Accessors work on any segment, a `byte[]` included, which has no alignment to promise.
    private static final String UNALIGNED = "_UNALIGNED";

    private final BtfFile btf;
    private final BtfType struct;
    private final StringJoiner layout = new StringJoiner(",\n");
    private final StringBuilder members = new StringBuilder();
    private boolean bigEndian;
    private boolean wordIndexed;

    StructWriter(BtfFile btf, BtfType struct) {
        this.btf = btf;
        this.struct = struct;
    }

    String write(String packageName) {
        int end = 0;
        for (var member : struct.members()) {
            if (member.offset() != end) {
                throw new IllegalArgumentException("struct %s has a hole before %s: pad explicitly".formatted(struct.name(), member.name()));
            }
            write(member);
            end = member.offset() + btf.sizeOf(btf.resolve(member.type()));
        }
        if (end != struct.size()) {
            throw new IllegalArgumentException("struct %s has a hole at its end: pad explicitly".formatted(struct.name()));
        }
        return text(packageName);
    }

    private void write(BtfType.Member member) {
        var type = btf.resolve(member.type());
        var field = Names.field(member.name());
        members.append("\n    /// Offset of `%s` in bytes.\n    public static final long %s = %d;\n"
                .formatted(member.name(), offsetName(member), member.offset()));
        switch (type.kind()) {
            case BtfType.STRUCT -> writeStruct(member, type, field);
            case BtfType.ARRAY -> writeArray(member, type, field);
            case BtfType.INT, BtfType.ENUM -> writeScalar(member, type, field);
            default -> throw new IllegalArgumentException("struct %s: %s has a type that Java cannot share".formatted(struct.name(), member.name()));
        }
    }

    private static String offsetName(BtfType.Member member) {
        return member.name().toUpperCase(Locale.ROOT) + "_OFFSET";
    }

    private void writeStruct(BtfType.Member member, BtfType type, String field) {
        layout.add("            %s.LAYOUT.withName(\"%s\")".formatted(Names.type(type.name()), member.name()));
        slice(member, type.size(), field);
    }

    private void writeArray(BtfType.Member member, BtfType array, String field) {
        var element = btf.resolve(array.reference());
        int size = btf.sizeOf(element);
        var elementLayout = element.isStruct() ? Names.type(element.name()) + ".LAYOUT" : scalarLayout(array.reference(), size, "");
        layout.add("            MemoryLayout.sequenceLayout(%d, %s).withName(\"%s\")".formatted(array.elements(), elementLayout, member.name()));
        slice(member, array.elements() * size, field);
        wordIndexed = true;
        if (element.isStruct()) {
            members.append("""

                        public static MemorySegment %1$s(MemorySegment struct, long index) {
                            return struct.asSlice(%2$s + Objects.checkIndex(index, %3$dL) * %4$d, %4$d);
                        }
                    """.formatted(field, offsetName(member), array.elements(), size));
            return;
        }
        members.append("""

                    public static %1$s %2$s(MemorySegment struct, long index) {
                        return struct.get(%3$s, %4$s + Objects.checkIndex(index, %5$dL) * %6$d);
                    }

                    public static void %2$s(MemorySegment struct, long index, %1$s value) {
                        struct.set(%3$s, %4$s + Objects.checkIndex(index, %5$dL) * %6$d, value);
                    }
                """.formatted(javaType(size), field, scalarLayout(array.reference(), size, UNALIGNED), offsetName(member), array.elements(), size));
    }

    private void writeScalar(BtfType.Member member, BtfType type, String field) {
        layout.add("            %s.withName(\"%s\")".formatted(scalarLayout(member.type(), type.size(), ""), member.name()));
        members.append("""

                    public static %1$s %2$s(MemorySegment struct) {
                        return struct.get(%3$s, %4$s);
                    }

                    public static void %2$s(MemorySegment struct, %1$s value) {
                        struct.set(%3$s, %4$s, value);
                    }
                """.formatted(javaType(type.size()), field, scalarLayout(member.type(), type.size(), UNALIGNED), offsetName(member)));
    }

    private void slice(BtfType.Member member, int size, String field) {
        members.append("""

                    public static MemorySegment %s(MemorySegment struct) {
                        return struct.asSlice(%s, %d);
                    }
                """.formatted(field, offsetName(member), size));
    }

    private String scalarLayout(int id, int size, String alignment) {
        var name = "JAVA_" + javaType(size).toUpperCase(Locale.ROOT) + (size == 1 ? "" : alignment);
        if (!btf.isBigEndian(id)) {
            return name;
        }
        bigEndian = true;
        return name + ".withOrder(BIG_ENDIAN)";
    }

    private static String javaType(int size) {
        return switch (size) {
            case 1 -> "byte";
            case 2 -> "short";
            case 4 -> "int";
            case 8 -> "long";
            default -> throw new IllegalArgumentException("no Java type of " + size + " bytes");
        };
    }

    private String text(String packageName) {
        return """
                // Generated from BTF. Do not edit.
                package %1$s;

                import static java.lang.foreign.ValueLayout.*;
                %6$s
                import java.lang.foreign.MemoryLayout;
                import java.lang.foreign.MemorySegment;
                import java.lang.foreign.StructLayout;
                %7$s
                /// `struct %2$s` of abi.h, %3$d bytes.
                public final class %4$s {
                    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                %5$s).withName("%2$s");

                    /// Bytes.
                    public static final long SIZE = %3$d;

                    private %4$s() {}

                    /// The struct at `index` of an array of them that begins at the start of `array`.
                    public static MemorySegment at(MemorySegment array, long index) {
                        return array.asSlice(index * SIZE, SIZE);
                    }
                %8$s}
                """.formatted(packageName, struct.name(), struct.size(), Names.type(struct.name()), layout,
                        bigEndian ? "import static java.nio.ByteOrder.BIG_ENDIAN;\n" : "",
                        wordIndexed ? "import java.util.Objects;\n" : "", members);
    }
}
