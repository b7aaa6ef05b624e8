// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTests {
    @Test
    void bytesAndRates() {
        assertThat(Figures.bytes(0)).isEqualTo("0 B");
        assertThat(Figures.bytes(1023)).isEqualTo("1023 B");
        assertThat(Figures.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Figures.bytes(3L << 40)).isEqualTo("3.0 TiB");
        assertThat(Figures.rate(1e6)).isEqualTo("8.0 Mbit/s");
        assertThat(Figures.rate(12.5)).isEqualTo("100 bit/s");
    }

    @Test
    void times() {
        assertThat(Figures.duration(59_999_999_999L)).isEqualTo("59 s");
        assertThat(Figures.duration(61_000_000_000L)).isEqualTo("1m 01s");
        assertThat(Figures.duration(3_725_000_000_000L)).isEqualTo("1h 02m");
        assertThat(Figures.millis(0)).isEqualTo("-");
        assertThat(Figures.millis(1_234_567)).isEqualTo("1.23 ms");
        assertThat(Figures.percent(12_345)).isEqualTo("1.23 %");
    }

    @Test
    void columnsOfFiguresEndAtTheSamePlace() {
        var table = new Columns("NAME", "SIZE").row("a", "1.5 MiB").row("bcd", "12 B");

        assertThat(table.toString().lines()).containsExactly("NAME     SIZE", "a     1.5 MiB", "bcd      12 B");
        assertThat(Columns.facts().row("path", "kernel").row("mode", "1").toString().lines()).containsExactly("path  kernel", "mode  1");
    }
}
