// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Why a peer believes that it talks to the right relay.
public sealed interface Trust {
    /// Anything goes; for tests only.
    record Insecure() implements Trust {}

    /// The relay must present exactly one of these certificates.
    ///
    /// @param certificates the accepted ones
    record Pinned(List<X509Certificate> certificates) implements Trust {}

    /// The relay's certificate must be valid for its name, under the JDK's authorities.
    record Authorities() implements Trust {}

    /// @param file PEM file with the accepted certificates
    /// @return trust in these
    /// @throws BenchException if the file cannot be read
    static Trust pinned(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new BenchException("There is no certificate in " + file + "; name a PEM file with the relay's certificate.");
            }
            return new Pinned(certificates.stream().map(X509Certificate.class::cast).toList());
        } catch (NoSuchFileException e) {
            throw new BenchException("There is no file " + file + "; name a PEM file with the relay's certificate.", e);
        } catch (IOException | CertificateException e) {
            throw new BenchException("Cannot read the certificate " + file + " (" + e.getMessage()
                    + "); name a PEM file with the relay's certificate.", e);
        }
    }

    /// Sets up TLS accordingly.
    default void applyTo(QuicSslContextBuilder tls) {
        switch (this) {
            case Insecure() -> tls.trustManager(InsecureTrustManagerFactory.INSTANCE);
            case Pinned(List<X509Certificate> certificates) -> tls.trustManager(new PinnedTrustManager(certificates));
            case Authorities() -> tls.endpointIdentificationAlgorithm("HTTPS");
        }
    }

    /// Accepts a certificate because it is one of these, whatever name and dates are in it.
    final class PinnedTrustManager extends X509ExtendedTrustManager {
        private final List<X509Certificate> accepted;

        PinnedTrustManager(List<X509Certificate> accepted) {
            this.accepted = List.copyOf(accepted);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (!accepted.contains(chain[0])) {
                throw new CertificateException("the relay presented another certificate, of "
                        + chain[0].getSubjectX500Principal().getName());
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
            checkServerTrusted(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
            checkServerTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("a peer does not take connections");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
