// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.testkit.PolicyCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// C texts of policies that only this benchmark uses, beside this class; compiled when they are needed.
final class PolicySource {
    private PolicySource() {}

    /// @param name file name
    /// @return the BPF object
    static byte[] compiled(String name) {
        try (InputStream in = PolicySource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The class path has no " + name + "; build Weir again.");
            }
            return PolicyCompiler.compile(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException | UncheckedIOException e) {
            throw new BenchException("The policy " + name + " cannot be compiled: " + e.getMessage() + ".", e);
        }
    }
}
