// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentCertificateTests {
    @TempDir
    Path directory;

    @Test
    void isEcdsaP256AndNamesItsHosts() throws Exception {
        var made = DevelopmentCertificate.create(List.of("dns:localhost", "ip:10.77.0.1"));

        assertThat(((ECPublicKey) made.certificate().getPublicKey()).getParams().getOrder().bitLength()).isEqualTo(256);
        assertThat(made.certificate().getSubjectAlternativeNames()).extracting(name -> name.get(1).toString())
                .containsExactly("localhost", "10.77.0.1");
        assertThat(DevelopmentCertificate.fingerprint(made.certificate())).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
    }

    @Test
    void pemFilesHoldTheSame() throws Exception {
        var made = DevelopmentCertificate.create();

        var files = made.writePem(directory);

        try (var stream = Files.newInputStream(files.certificate())) {
            assertThat(CertificateFactory.getInstance("X.509").generateCertificate(stream)).isEqualTo(made.certificate());
        }
        assertThat(Files.getPosixFilePermissions(files.key())).hasSize(2);
        assertThat(Files.readString(files.key())).startsWith("-----BEGIN PRIVATE KEY-----\n");
    }
}
