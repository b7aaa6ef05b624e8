// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/// A line chart as SVG. Colours and line styles are classes of [ComparePage]'s style sheet, so that they follow light and dark.
///
/// @param x the horizontal axis
/// @param y the vertical one
/// @param lines what is drawn
record Chart(Axis x, Axis y, List<Line> lines) {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 260;
    private static final int LEFT = 58;
    private static final int RIGHT = 22;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;

    /// An axis.
    ///
    /// @param title what and in which unit
    /// @param ticks where lines and figures are; the first and the last are the ends
    /// @param place 0 to 1 for a value
    /// @param label of a tick
    record Axis(String title, double[] ticks, DoubleUnaryOperator place, DoubleFunction<String> label) {
        /// Even.
        static Axis linear(String title, double[] ticks) {
            double least = ticks[0];
            double width = ticks[ticks.length - 1] - least;
            return new Axis(title, ticks, value -> (value - least) / width, Axis::plain);
        }

        /// Tenfold in even steps.
        static Axis logarithmic(String title, double[] ticks) {
            double least = Math.log10(ticks[0]);
            double width = Math.log10(ticks[ticks.length - 1]) - least;
            return new Axis(title, ticks, value -> Math.clamp((Math.log10(value) - least) / width, 0, 1), Axis::plain);
        }

        private static String plain(double value) {
            return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
        }
    }

    /// A line.
    ///
    /// @param name shown when the pointer is on it
    /// @param style classes of the style sheet
    /// @param points x and y in turn
    record Line(String name, String style, double[] points) {}

    String svg(String name) {
        var svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH, HEIGHT, ComparePage.escape(name)));
        for (double tick : x.ticks()) {
            double at = across(tick);
            svg.append(line("grid", at, TOP, at, HEIGHT - BOTTOM));
            svg.append(text("middle", at, HEIGHT - BOTTOM + 15, x.label().apply(tick)));
        }
        for (double tick : y.ticks()) {
            double at = up(tick);
            svg.append(line("grid", LEFT, at, WIDTH - RIGHT, at));
            svg.append(text("end", LEFT - 6, at + 4, y.label().apply(tick)));
        }
        svg.append(text("middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, x.title()));
        svg.append(String.format(Locale.ROOT, "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(12 %d) rotate(-90)\">%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2, ComparePage.escape(y.title())));
        lines.forEach(line -> svg.append(path(line)));
        return svg.append("</svg>\n").toString();
    }

    private double across(double value) {
        return LEFT + x.place().applyAsDouble(value) * (WIDTH - LEFT - RIGHT);
    }

    private double up(double value) {
        return HEIGHT - BOTTOM - y.place().applyAsDouble(value) * (HEIGHT - TOP - BOTTOM);
    }

    private String path(Line line) {
        var path = new StringBuilder();
        for (int i = 0; i + 1 < line.points().length; i += 2) {
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", across(line.points()[i]), up(line.points()[i + 1])));
        }
        return "<path class=\"line " + line.style() + "\" d=\"" + path + "\"><title>" + ComparePage.escape(line.name()) + "</title></path>\n";
    }

    private static String line(String style, double x1, double y1, double x2, double y2) {
        return String.format(Locale.ROOT, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", style, x1, y1, x2, y2);
    }

    private static String text(String anchor, double x, double y, String text) {
        return String.format(Locale.ROOT, "<text class=\"axis\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                anchor, x, y, ComparePage.escape(text));
    }
}
