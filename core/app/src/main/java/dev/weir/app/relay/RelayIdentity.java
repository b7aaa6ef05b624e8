// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import dev.weir.testkit.DevelopmentCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.UUID;

/// A relay's certificate chain and private key, in memory.
///
/// @param keyStore key store with the one entry `alias`
/// @param alias name of the entry
/// @param password password of the entry
/// @param certificate the relay's own certificate
public record RelayIdentity(KeyStore keyStore, String alias, char[] password, X509Certificate certificate) {
    private static final String ALIAS = "relay";

    /// Reads PEM files.
    ///
    /// @param certificateFile certificate chain, the relay's own certificate first
    /// @param keyFile its private key, PKCS#8, not encrypted, EC or RSA
    /// @return the identity
    /// @throws BadInputException if a file cannot be read or the two do not belong together
    public static RelayIdentity ofPem(Path certificateFile, Path keyFile) {
        X509Certificate[] chain = readChain(certificateFile);
        PrivateKey key = PemKey.read(keyFile);
        if (!belongTogether(chain[0], key)) {
            throw new BadInputException("The private key in " + keyFile + " is not the key of the certificate in "
                    + certificateFile + "; name the two files that were made together.", null);
        }
        return of(chain, key);
    }

    /// Makes a self-signed certificate that nobody trusts, for development.
    ///
    /// @return the identity
    public static RelayIdentity forDevelopment() {
        DevelopmentCertificate made = DevelopmentCertificate.create();
        return of(new X509Certificate[] {made.certificate()}, made.key());
    }

    /// Writes the relay's own certificate, without its key, as a PEM file. Whoever waits for the file finds it whole.
    ///
    /// @param file the file, replaced if it is there
    /// @throws BadInputException if it cannot be written
    public void writeCertificate(Path file) {
        try {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.writeString(part, "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n");
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | CertificateEncodingException e) {
            throw new BadInputException("The certificate cannot be written to " + file + " (" + e.getMessage()
                    + "); name a file in a folder that exists and that you may write to.", e);
        }
    }

    private static RelayIdentity of(X509Certificate[] chain, PrivateKey key) {
        char[] password = UUID.randomUUID().toString().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, key, password, chain);
            return new RelayIdentity(store, ALIAS, password, chain[0]);
        } catch (GeneralSecurityException | IOException e) {
            throw new BadInputException("Certificate and key cannot be used (" + e.getMessage()
                    + "); use an EC P-256 or RSA key, which every QUIC implementation understands.", e);
        }
    }

    static X509Certificate[] readChain(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            Collection<? extends Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(stream);
            if (chain.isEmpty()) {
                throw new BadInputException("There is no certificate in " + file
                        + "; it must be a PEM file that begins with -----BEGIN CERTIFICATE-----.", null);
            }
            return chain.toArray(X509Certificate[]::new);
        } catch (IOException e) {
            throw unreadable("certificate", file, e);
        } catch (GeneralSecurityException e) {
            throw new BadInputException("The certificate in " + file + " cannot be decoded (" + e.getMessage()
                    + "); it must be a PEM file that begins with -----BEGIN CERTIFICATE-----.", e);
        }
    }

    static BadInputException unreadable(String what, Path file, IOException e) {
        return new BadInputException("Cannot read the " + what + " " + file + " (" + IoReason.of(e)
                + "); check the path and its permissions.", e);
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] sample = certificate.getSerialNumber().toByteArray();
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(sample);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Keys on different curves or of unusable sizes end here.
            return false;
        }
    }
}
