// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.Locale;

/// Numbers as people read them.
final class Figures {
    private static final long KILO = 1024;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final long SECOND = 1_000_000_000L;

    private Figures() {}

    /// Such as `1.5 MiB`.
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= KILO && unit < UNITS.length - 1) {
            value /= KILO;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /// Bytes per second as bits per second, such as `3.4 Mbit/s`.
    static String rate(double bytesPerSecond) {
        double bits = bytesPerSecond * 8;
        if (bits >= 1e6) {
            return String.format(Locale.ROOT, "%.1f Mbit/s", bits / 1e6);
        }
        return bits >= 1e3 ? String.format(Locale.ROOT, "%.1f kbit/s", bits / 1e3) : String.format(Locale.ROOT, "%.0f bit/s", bits);
    }

    /// Such as `1h 02m`, `3m 04s`, `12 s`.
    static String duration(long nanos) {
        long seconds = nanos / SECOND;
        if (seconds >= 3600) {
            return String.format(Locale.ROOT, "%dh %02dm", seconds / 3600, seconds / 60 % 60);
        }
        return seconds >= 60 ? String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60) : seconds + " s";
    }

    /// Nanoseconds as milliseconds; `-` before the first sample.
    static String millis(long nanos) {
        return nanos <= 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }

    /// Parts of a million as percent.
    static String percent(long perMillion) {
        return String.format(Locale.ROOT, "%.2f %%", perMillion / 1e4);
    }

    /// A location; `-` if there is none.
    static String location(long group, long object) {
        return group < 0 ? "-" : Long.toUnsignedString(group) + "/" + Long.toUnsignedString(object);
    }
}
