// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Which jars are taken.
///
/// @param folders looked into, in this order; one that is missing is empty, and may appear later. [PolicyJars#load] copies into
/// the first one
/// @param requireSignature whether every jar must be signed by one of the trusted certificates
/// @param trusted certificates of signers
/// @param allowedSha256 SHA-256 sums in hexadecimal of the only jars that are taken; empty: any
public record PolicyJarOptions(
        List<Path> folders, boolean requireSignature, List<X509Certificate> trusted, Set<String> allowedSha256) {
    public PolicyJarOptions {
        folders = List.copyOf(folders);
        trusted = List.copyOf(trusted);
        allowedSha256 =
                allowedSha256.stream().map(sum -> sum.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /// Any jar of these folders.
    public static PolicyJarOptions of(Path... folders) {
        return new PolicyJarOptions(List.of(folders), false, List.of(), Set.of());
    }
}
