// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.PolicyConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/// A BPF object of the policy's own, built against `weir/policy.h` of the module `weir-bpf` and packed into the policy's
/// jar. It replaces the data plane's hooks for the tracks and lane classes that the policy is assigned to: it is linked
/// with the data plane in memory, verified, run on the policy's vectors, and only then put in place.
///
/// **Thread.** A value, for any number of threads. The array of [#object] is not copied.
///
/// **Lifetime.** The object is linked once, whatever policies and configurations use it, and stays linked as long as one of
/// them is in force; eight different ones can be at a time.
///
/// **Failure.** Too many numbers or reasons are a [PolicyConfigurationException]; an object that does not link or verify, or
/// gives a wrong answer to a vector, leaves the policy before it in force.
///
/// **Units and ranges.** Below; all numbers are 64 bits.
///
/// @param object the ELF file's bytes, as clang wrote them; not to be changed afterwards
/// @param config up to 32 numbers that the program reads as `config->words[0]` and so on; the rest is 0. Another
/// configuration needs no other program
/// @param reasons names of the reasons that the program passes to `WEIR_DROP(n)`, the first one for 1; up to 14
/// @param vectors what the program must answer before it is put in place; may be empty
public record ProgramVariant(byte[] object, List<Long> config, List<String> reasons, List<TestVector> vectors)
        implements KernelPlan {
    /// Most numbers of [#config].
    public static final int CONFIG_WORDS = 32;
    /// Most [#reasons].
    public static final int MOST_REASONS = 14;

    /// @throws PolicyConfigurationException if there are too many numbers or reasons
    public ProgramVariant {
        config = List.copyOf(config);
        reasons = List.copyOf(reasons);
        vectors = List.copyOf(vectors);
        if (config.size() > CONFIG_WORDS) {
            throw new PolicyConfigurationException("A program takes " + CONFIG_WORDS + " numbers of configuration, not "
                    + config.size() + "; put less into it.");
        }
        if (reasons.size() > MOST_REASONS) {
            throw new PolicyConfigurationException(
                    "A program has up to " + MOST_REASONS + " drop reasons, not " + reasons.size() + "; unite some.");
        }
    }

    /// The object that a policy's jar holds.
    ///
    /// @param policy a class of the jar
    /// @param resource absolute path in the jar: `/bpf/my-policy.bpf.o`
    /// @throws PolicyConfigurationException if the jar has no such entry
    public static byte[] resource(Class<?> policy, String resource) {
        try (InputStream in = policy.getResourceAsStream(resource)) {
            if (in == null) {
                throw new PolicyConfigurationException(
                        "The policy's jar has no " + resource + "; build it again with the BPF object packed in.");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new PolicyConfigurationException("The policy's jar cannot be read at " + resource + ": " + e.getMessage());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProgramVariant that
                && Arrays.equals(object, that.object)
                && config.equals(that.config)
                && reasons.equals(that.reasons)
                && vectors.equals(that.vectors);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(object) + config.hashCode();
    }
}
