/// Fuzz tests: of the codecs by Jazzer, of the data plane by libFuzzer. docs/design/fuzzing.md says how to run them.
@NullMarked
package dev.weir.fuzz;

import org.jspecify.annotations.NullMarked;
