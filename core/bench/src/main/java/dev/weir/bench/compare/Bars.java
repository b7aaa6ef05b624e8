// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import java.util.List;
import java.util.Locale;

/// Horizontal bars of two parts each, as SVG.
///
/// @param bars from top to bottom
record Bars(List<Bar> bars) {
    private static final int WIDTH = 460;
    private static final int LEFT = 140;
    private static final int RIGHT = 76;
    private static final int ROW = 30;
    private static final int THICK = 16;
    private static final int TOP = 6;

    /// One bar.
    ///
    /// @param label left of it
    /// @param style classes of the style sheet
    /// @param first its first part
    /// @param second its second part
    record Bar(String label, String style, double first, double second) {
        double total() {
            return first + second;
        }
    }

    /// @param name of the drawing
    /// @param unit behind the figures
    /// @param parts names of the two parts
    String svg(String name, String unit, String... parts) {
        double most = bars.stream().mapToDouble(Bar::total).max().orElse(0);
        double scale = most == 0 ? 0 : (WIDTH - LEFT - RIGHT) / most;
        var svg = new StringBuilder(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH, bars.size() * ROW + TOP, ComparePage.escape(name)));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = TOP + i * ROW;
            svg.append(String.format(Locale.ROOT, "<text class=\"axis\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>%n",
                    LEFT - 8, y + THICK - 3, ComparePage.escape(bar.label())));
            part(svg, bar.style() + " whole", LEFT, y, bar.first() * scale, parts[0], bar.first(), unit);
            part(svg, bar.style() + " part", LEFT + bar.first() * scale, y, bar.second() * scale, parts[1], bar.second(), unit);
            svg.append(String.format(Locale.ROOT, "<text class=\"figure\" x=\"%.1f\" y=\"%d\">%.1f %s</text>%n",
                    LEFT + bar.total() * scale + 6, y + THICK - 3, bar.total(), ComparePage.escape(unit)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void part(StringBuilder svg, String style, double x, int y, double width, String name, double value, String unit) {
        svg.append(String.format(Locale.ROOT,
                "<rect class=\"bar %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s: %.2f %s</title></rect>%n",
                style, x, y, width, THICK, ComparePage.escape(name), value, ComparePage.escape(unit)));
    }
}
