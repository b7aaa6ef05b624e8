// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// Vectors from resource files: one per line, columns separated by tabs, the last one hex.
final class Vectors {
    /// Bytes that another encoder of draft-18 wrote.
    record Vector(String kind, String encoder, String name, byte[] bytes) {
        @Override
        public String toString() {
            return name + " (" + encoder + ")";
        }
    }

    /// Lines of draft-18-vectors.tsv; a test that finds another number has lost some.
    static final int COUNT = 87;

    private static final HexFormat HEX = HexFormat.of();

    private Vectors() {}

    static byte[] hex(String text) {
        return HEX.parseHex(text.replace(" ", ""));
    }

    static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    static List<Vector> all() {
        return lines("draft-18-vectors.tsv").stream()
                .map(columns -> new Vector(columns[0], columns[1], columns[2], hex(columns[3])))
                .toList();
    }

    static List<Vector> ofKind(String kind) {
        List<Vector> vectors = all().stream().filter(v -> v.kind().equals(kind)).toList();
        if (vectors.isEmpty()) {
            throw new IllegalArgumentException("there is no vector of kind " + kind);
        }
        return vectors;
    }

    static List<String[]> lines(String resource) {
        try (InputStream in = Vectors.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
