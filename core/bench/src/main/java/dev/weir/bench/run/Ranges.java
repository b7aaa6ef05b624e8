// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

/// Checks option values.
final class Ranges {
    private Ranges() {}

    static void check(String option, int value, int least, int most, String unit) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    option + " takes " + least + " to " + most + " " + unit + ", not " + value + ".");
        }
    }
}
