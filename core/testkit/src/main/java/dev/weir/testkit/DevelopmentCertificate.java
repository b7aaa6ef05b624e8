// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// A self-signed ECDSA P-256 certificate for tests, demo and development; nobody else trusts it. Made by the JDK's keytool
/// (about two seconds), valid for 13 days, so that browsers accept it by its hash.
///
/// @param keyStore a PKCS#12 key store with the one entry [#ALIAS]
/// @param certificate the certificate
/// @param key its private key
public record DevelopmentCertificate(KeyStore keyStore, X509Certificate certificate, PrivateKey key) {
    /// Alias of the entry in the key store.
    public static final String ALIAS = "weir";

    private static final String PASSWORD = "development";

    /// Makes a certificate for localhost.
    ///
    /// @return the certificate
    /// @throws TestkitException if keytool fails
    public static DevelopmentCertificate create() {
        return create(List.of("dns:localhost", "ip:127.0.0.1", "ip:::1"));
    }

    /// Makes a certificate.
    ///
    /// @param subjectAlternativeNames names as keytool writes them, such as `dns:localhost` or `ip:10.77.0.1`
    /// @return the certificate
    /// @throws TestkitException if keytool fails
    public static DevelopmentCertificate create(List<String> subjectAlternativeNames) {
        try {
            Path directory = Files.createTempDirectory("weir-certificate");
            Path file = directory.resolve("development.p12");
            try {
                generate(file, subjectAlternativeNames);
                return load(file);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(directory);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new TestkitException("Cannot make a development certificate: " + e.getMessage() + ".", e);
        }
    }

    private static void generate(Path file, List<String> names) {
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        CommandResult.run(Duration.ofSeconds(60), List.of(keytool, "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC",
                "-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1", "-sigalg", "SHA256withECDSA",
                "-dname", "CN=Weir development", "-ext", "san=" + String.join(",", names), "-validity", "13",
                "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD)).orThrow();
    }

    private static DevelopmentCertificate load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(file)) {
            store.load(stream, PASSWORD.toCharArray());
        }
        return new DevelopmentCertificate(store, (X509Certificate) store.getCertificate(ALIAS),
                (PrivateKey) store.getKey(ALIAS, PASSWORD.toCharArray()));
    }

    /// @return the password of the key store and of its entry
    public char[] password() {
        return PASSWORD.toCharArray();
    }

    /// @param certificate any certificate
    /// @return SHA-256 of its DER form, as upper-case hexadecimal pairs with colons, as openssl prints it
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("SHA-256 is part of every JDK, and the certificate was just decoded.", e);
        }
    }

    /// Writes certificate and key as PEM files, the key readable by its owner only.
    ///
    /// @param directory an existing directory
    /// @return the two files, `certificate.pem` and `key.pem`
    /// @throws IOException if the directory cannot be written
    public PemFiles writePem(Path directory) throws IOException {
        Path certificateFile = directory.resolve("certificate.pem");
        Path keyFile = directory.resolve("key.pem");
        try {
            Files.writeString(certificateFile, pem("CERTIFICATE", certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("The certificate was just decoded.", e);
        }
        Files.deleteIfExists(keyFile);
        Files.createFile(keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile, pem("PRIVATE KEY", key.getEncoded()));
        return new PemFiles(certificateFile, keyFile);
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /// Where [#writePem] wrote.
    ///
    /// @param certificate file with the certificate
    /// @param key file with the private key (PKCS#8, not encrypted)
    public record PemFiles(Path certificate, Path key) {}
}
