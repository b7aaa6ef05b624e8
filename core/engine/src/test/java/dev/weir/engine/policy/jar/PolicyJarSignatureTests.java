// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jars that must be signed, signed by the JDK's own jarsigner.
class PolicyJarSignatureTests {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeKeys() throws Exception {
        makeKey("trusted", "+0d", "365");
        makeKey("stranger", "+0d", "365");
        makeKey("expired", "-30d", "10");
    }

    private static void makeKey(String name, String start, String days) throws Exception {
        tool("keytool", "-genkeypair", "-alias", name, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name,
                "-startdate", start, "-validity", days, "-keystore", store(), "-storepass", PASSWORD);
        tool("keytool", "-exportcert", "-alias", name, "-file", keys.resolve(name + ".cer").toString(), "-keystore", store(),
                "-storepass", PASSWORD);
    }

    private static String store() {
        return keys.resolve("keys.p12").toString();
    }

    private static void tool(String name, String... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static X509Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(keys.resolve(name + ".cer"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Path jar() throws IOException {
        return Files.write(folder.resolve("gate.jar"), JarMaker.policy("test-gate", "gate").bytes());
    }

    private void sign(Path jar, String name) throws Exception {
        tool("jarsigner", "-keystore", store(), "-storepass", PASSWORD, jar.toString(), name);
    }

    private String refusal(String... trusted) throws Exception {
        var certificates = new ArrayList<X509Certificate>();
        for (String name : trusted) {
            certificates.add(certificate(name));
        }
        var options = new PolicyJarOptions(List.of(folder), true, certificates, Set.of());
        try (PolicyJars jars = PolicyJars.open(options, Map.of())) {
            assertThat(jars.offers()).hasSize(1);
            return jars.offers().getFirst().refusal();
        }
    }

    @Test
    void takesAJarOfATrustedSigner() throws Exception {
        sign(jar(), "trusted");
        assertThat(refusal("stranger", "trusted")).isEmpty();
    }

    @Test
    void refusesUnsignedJars() throws Exception {
        jar();
        assertThat(refusal("trusted")).contains("is not signed");
    }

    @Test
    void refusesStrangers() throws Exception {
        sign(jar(), "stranger");
        assertThat(refusal("trusted")).contains("CN=stranger").contains("does not trust");
    }

    @Test
    void refusesExpiredCertificates() throws Exception {
        sign(jar(), "expired");
        assertThat(refusal("expired")).contains("not valid now");
    }

    @Test
    void refusesAnEntryThatWasAddedBehindTheSignersBack() throws Exception {
        Path jar = jar();
        sign(jar, "trusted");
        rewrite(jar, "test/jars/More.class", null);
        assertThat(refusal("trusted")).contains("'test/jars/More.class' is not signed");
    }

    @Test
    void refusesAnEntryThatWasChanged() throws Exception {
        Path jar = jar();
        sign(jar, "trusted");
        rewrite(jar, null, JarMaker.SERVICES);
        assertThat(refusal("trusted")).contains("signature does not fit");
    }

    /// Writes the jar anew, with an entry more, or with another content of one.
    private static void rewrite(Path jar, String added, String changed) throws IOException {
        Path copy = jar.resolveSibling("copy");
        try (var in = new ZipInputStream(Files.newInputStream(jar));
                var out = new ZipOutputStream(Files.newOutputStream(copy))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                byte[] content = in.readAllBytes();
                out.write(entry.getName().equals(changed) ? "test.jars.Other".getBytes() : content);
                out.closeEntry();
            }
            if (added != null) {
                out.putNextEntry(new ZipEntry(added));
                out.write(1);
                out.closeEntry();
            }
        }
        Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
    }
}
