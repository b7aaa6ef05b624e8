// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// Looks into a jar before any of its classes is loaded.
final class JarInspection {
    private static final String SERVICES = "META-INF/services/dev.weir.spi.FanoutPolicyProvider";
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_ENTRIES = 20_000;

    /// What a jar says about itself.
    ///
    /// @param id Plugin-Id
    /// @param version Plugin-Version
    /// @param requires Plugin-Requires, versions of the SPI; `*` if it does not say
    /// @param license Plugin-License; empty if it does not say
    /// @param providers names of its provider classes
    record JarFacts(String id, String version, String requires, String license, List<String> providers) {}

    private JarInspection() {}

    /// @param jar a copy that nobody changes
    /// @throws RefusedJarException if it is not to be loaded
    static JarFacts inspect(Path jar, PolicyJarOptions options) throws RefusedJarException {
        try (var file = new JarFile(jar.toFile(), true)) {
            List<JarEntry> entries = Collections.list(file.entries());
            checkEntries(entries);
            readAll(file, entries);
            if (options.requireSignature()) {
                checkSignatures(entries, options.trusted());
            }
            return facts(file);
        } catch (SecurityException e) {
            throw new RefusedJarException(
                    "its signature does not fit its content (" + e.getMessage() + "); get the jar again, or sign it again", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new RefusedJarException("it cannot be read as a jar (" + e.getMessage() + "); copy it again", e);
        }
    }

    private static void checkEntries(List<JarEntry> entries) throws RefusedJarException {
        if (entries.size() > MOST_ENTRIES) {
            throw new RefusedJarException("it has " + entries.size() + " entries, and at most " + MOST_ENTRIES
                    + " are taken; pack only the policy");
        }
        for (JarEntry entry : entries) {
            String name = entry.getName();
            boolean leaves = name.startsWith("/") || name.contains("\\") || List.of(name.split("/")).contains("..");
            if (leaves || name.matches("[A-Za-z]:.*")) {
                throw new RefusedJarException(
                        "its entry '" + name + "' points out of the jar; a jar with such entries is an attack or damaged");
            }
        }
    }

    /// Reads every entry to its end, which is what makes the JDK check signatures; sizes in the directory are not believed.
    private static void readAll(JarFile file, List<JarEntry> entries) throws IOException, RefusedJarException {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (JarEntry entry : entries) {
            try (InputStream in = file.getInputStream(entry)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    total += count;
                    if (total > MOST_BYTES) {
                        throw new RefusedJarException(
                                "its entries have more than " + (MOST_BYTES >> 20) + " MB; pack only the policy");
                    }
                }
            }
        }
    }

    private static void checkSignatures(List<JarEntry> entries, List<X509Certificate> trusted)
            throws RefusedJarException {
        for (JarEntry entry : entries) {
            if (entry.isDirectory() || isSignatureFile(entry.getName())) {
                continue;
            }
            CodeSigner[] signers = entry.getCodeSigners();
            if (signers == null || signers.length == 0) {
                throw new RefusedJarException("its entry '" + entry.getName()
                        + "' is not signed, and this relay takes signed jars only; sign it with jarsigner");
            }
            checkSigners(signers, trusted);
        }
    }

    private static boolean isSignatureFile(String name) {
        return name.equals(JarFile.MANIFEST_NAME) || name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    }

    private static void checkSigners(CodeSigner[] signers, List<X509Certificate> trusted) throws RefusedJarException {
        String name = "";
        for (CodeSigner signer : signers) {
            var certificate = (X509Certificate) signer.getSignerCertPath().getCertificates().getFirst();
            name = certificate.getSubjectX500Principal().getName();
            if (!trusted.contains(certificate)) {
                continue;
            }
            try {
                certificate.checkValidity();
                return;
            } catch (CertificateExpiredException | CertificateNotYetValidException e) {
                throw new RefusedJarException("the certificate of its signer " + name + " is not valid now ("
                        + e.getMessage() + "); have it signed anew", e);
            }
        }
        throw new RefusedJarException("it is signed by " + name
                + ", whom this relay does not trust; add the certificate to weir.plugins.trusted-certificates");
    }

    private static JarFacts facts(JarFile file) throws IOException, RefusedJarException {
        Manifest manifest = file.getManifest();
        if (manifest == null) {
            throw new RefusedJarException("it has no manifest; add one with Plugin-Id and Plugin-Version");
        }
        Attributes attributes = manifest.getMainAttributes();
        String id = attribute(attributes, "Plugin-Id");
        String version = attribute(attributes, "Plugin-Version");
        if (id == null) {
            throw new RefusedJarException("its manifest has no Plugin-Id; add one");
        }
        if (version == null) {
            throw new RefusedJarException("its manifest has no Plugin-Version; add one, such as 1.0.0");
        }
        String requires = attribute(attributes, "Plugin-Requires");
        String license = attribute(attributes, "Plugin-License");
        return new JarFacts(id, version, requires == null ? "*" : requires, license == null ? "" : license, providers(file));
    }

    private static @Nullable String attribute(Attributes attributes, String name) {
        String value = attributes.getValue(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /// The lines of the services file, as [java.util.ServiceLoader] reads it.
    private static List<String> providers(JarFile file) throws IOException, RefusedJarException {
        JarEntry services = file.getJarEntry(SERVICES);
        var names = new ArrayList<String>();
        if (services != null) {
            try (var in = new BufferedReader(new InputStreamReader(file.getInputStream(services), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String name = line.replaceFirst("#.*", "").strip();
                    if (!name.isEmpty()) {
                        names.add(name);
                    }
                }
            }
        }
        if (names.isEmpty()) {
            throw new RefusedJarException("it offers no policy; name your FanoutPolicyProvider in " + SERVICES);
        }
        return names;
    }
}
