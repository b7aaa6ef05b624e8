// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Rows of text in columns two blanks apart. Columns of figures end at the same place, others begin there.
final class Columns {
    private static final Pattern FIGURE = Pattern.compile("-|-?[0-9][0-9.,]*( ?[A-Za-z%µ][A-Za-z/]*)?");

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean hasHeadings;

    Columns(String... headings) {
        hasHeadings = true;
        rows.add(List.of(headings));
    }

    private Columns() {
        hasHeadings = false;
    }

    /// Two columns without headings: names and what belongs to them.
    static Columns facts() {
        return new Columns();
    }

    Columns row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /// Whether there is nothing below the headings.
    boolean isEmpty() {
        return rows.size() == (hasHeadings ? 1 : 0);
    }

    @Override
    public String toString() {
        if (rows.isEmpty()) {
            return "";
        }
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
                .toArray();
        boolean[] right = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int at = column;
            right[column] = hasHeadings && rows.size() > 1 && rows.stream().skip(1).allMatch(row -> FIGURE.matcher(row.get(at)).matches());
        }
        return IntStream.range(0, rows.size())
                .mapToObj(row -> row == 0 && hasHeadings
                        ? Style.HEADING.of(line(rows.get(row), widths, right))
                        : line(rows.get(row), widths, right))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String line(List<String> row, int[] widths, boolean[] right) {
        return IntStream.range(0, row.size())
                .mapToObj(column -> {
                    String padding = " ".repeat(widths[column] - row.get(column).length());
                    return right[column] ? padding + row.get(column) : row.get(column) + padding;
                })
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }
}
