// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;

/// Writes one Java type for each C type of an object's BTF, so that the C header stays the only definition.
///
/// Structs become classes with a `LAYOUT`, a `SIZE`, and static getters and setters at constant offsets; enums become Java
/// enums, or classes of `int` constants where values repeat. Run by the build with the JDK's source launcher:
/// `java BtfToJava.java <object> <output folder> <package> <struct that lists the types>`.
final class BtfToJava {
    private BtfToJava() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "usage: java BtfToJava.java <object> <output folder> <package> <listing struct>");
        }
        var btf = BtfFile.read(Path.of(arguments[0]));
        var packageName = arguments[2];
        var folder = Path.of(arguments[1]).resolve(packageName.replace('.', '/'));
        Files.createDirectories(folder);
        var sources = new TreeMap<Path, String>();
        sources.put(folder.resolve("package-info.java"), packageInfo(packageName));
        for (var type : btf.reachableFrom(arguments[3])) {
            var source = type.isEnum() ? EnumWriter.write(packageName, type) : new StructWriter(btf, type).write(packageName);
            sources.put(folder.resolve(Names.type(type.name()) + ".java"), source);
        }
        deleteAllBut(sources.keySet(), folder);
        for (var source : sources.entrySet()) {
            writeIfChanged(source.getKey(), source.getValue());
        }
    }

    /// Types that are no longer in the header must not live on in a build that was not cleaned.
    private static void deleteAllBut(Set<Path> wanted, Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (var file : files.filter(file -> !wanted.contains(file)).toList()) {
                Files.delete(file);
            }
        }
    }

    /// An unchanged file keeps its time stamp, so that Maven does not compile everything again.
    private static void writeIfChanged(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        }
    }

    private static String packageInfo(String packageName) {
        return """
                /// Memory layouts of the structs and enums that the data plane and user space share, generated from the BTF of
                /// `abi.h`, where each field is described. Every accessor takes the segment of one struct; `at` cuts it out of an array.
                @NullMarked
                package %s;

                import org.jspecify.annotations.NullMarked;
                """.formatted(packageName);
    }
}
