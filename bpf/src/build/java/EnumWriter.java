// SPDX-License-Identifier: Apache-2.0
import java.util.HashSet;
import java.util.stream.Collectors;

/// Writes an enum as Java source.
final class EnumWriter {
    private static final String HEAD = "// Generated from BTF. Do not edit.\npackage %s;\n\n";

    private EnumWriter() {}

    /// A Java enum; a class of constants if two names share a value (limits) or there is but one name (a version).
    static String write(String packageName, BtfType type) {
        boolean distinct = new HashSet<>(type.values().values()).size() == type.values().size();
        boolean choices = distinct && !type.name().startsWith("weir_abi");
        return HEAD.formatted(packageName) + (choices ? enumeration(type) : constants(type));
    }

    private static String enumeration(BtfType type) {
        var prefix = Names.prefix(type.name(), type.values().keySet());
        var names = type.values().entrySet().stream()
                .map(entry -> "    %s(%d)".formatted(Names.withoutPrefix(entry.getKey(), prefix), entry.getValue()))
                .collect(Collectors.joining(",\n"));
        var java = Names.type(type.name());
        return """
                /// `enum %1$s` of abi.h.
                public enum %2$s {
                %3$s;

                    /// The number in C.
                    public final int value;

                    %2$s(int value) {
                        this.value = value;
                    }

                    /// The constant with this number.
                    ///
                    /// @throws IllegalArgumentException if `enum %1$s` has no such number
                    public static %2$s of(int value) {
                        for (var constant : values()) {
                            if (constant.value == value) {
                                return constant;
                            }
                        }
                        throw new IllegalArgumentException("enum %1$s has no constant with the number " + value);
                    }
                }
                """.formatted(type.name(), java, names);
    }

    private static String constants(BtfType type) {
        var prefix = Names.prefix(type.name(), type.values().keySet());
        var names = type.values().entrySet().stream()
                .map(entry -> "    public static final int %s = %d;".formatted(Names.withoutPrefix(entry.getKey(), prefix), entry.getValue()))
                .collect(Collectors.joining("\n"));
        return """
                /// `enum %1$s` of abi.h.
                public final class %2$s {
                %3$s

                    private %2$s() {}
                }
                """.formatted(type.name(), Names.type(type.name()), names);
    }
}
