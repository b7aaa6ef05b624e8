// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.testkit.DevelopmentCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayIdentityTests {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static DevelopmentCertificate made;
    private static DevelopmentCertificate.PemFiles files;

    @BeforeAll
    static void makeCertificate() throws Exception {
        made = DevelopmentCertificate.create();
        files = made.writePem(shared);
    }

    @Test
    void writesItsCertificateForThoseWhoConnect(@TempDir Path folder) throws Exception {
        RelayIdentity identity = RelayIdentity.forDevelopment();
        Path file = folder.resolve("relay.pem");

        identity.writeCertificate(file);

        assertThat(RelayIdentity.readChain(file)).containsExactly(identity.certificate());
        assertThat(folder.toFile().list()).containsExactly("relay.pem");
    }

    @Test
    void saysWhereItCannotWriteItsCertificate(@TempDir Path folder) {
        assertThatThrownBy(() -> RelayIdentity.forDevelopment().writeCertificate(folder.resolve("none/relay.pem")))
                .isInstanceOf(BadInputException.class).hasMessageContaining("none/relay.pem").hasMessageContaining("folder that exists");
    }

    @Test
    void readsCertificateAndKey() throws Exception {
        RelayIdentity identity = RelayIdentity.ofPem(files.certificate(), files.key());

        assertThat(identity.certificate()).isEqualTo(made.certificate());
        assertThat(identity.keyStore().getKey(identity.alias(), identity.password())).isEqualTo(made.key());
    }

    @Test
    void refusesMissingFiles() {
        Path absent = directory.resolve("absent.pem");

        assertThatThrownBy(() -> RelayIdentity.ofPem(absent, files.key())).isInstanceOf(BadInputException.class)
                .hasMessage("Cannot read the certificate " + absent + " (no such file or folder); check the path and its permissions.");
        assertThatThrownBy(() -> RelayIdentity.ofPem(files.certificate(), absent)).isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("Cannot read the private key " + absent);
    }

    @Test
    void refusesFilesThatHoldSomethingElse() throws Exception {
        Path noise = Files.write(directory.resolve("noise.pem"), new byte[] {1, (byte) 0xff, 3});
        Path empty = Files.createFile(directory.resolve("empty.pem"));

        assertThatThrownBy(() -> RelayIdentity.ofPem(noise, files.key())).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> RelayIdentity.ofPem(empty, files.key())).hasMessageStartingWith("There is no certificate in");
        assertThatThrownBy(() -> RelayIdentity.ofPem(files.certificate(), noise)).hasMessageStartingWith("There is no private key in");
    }

    @Test
    void namesTheConversionForOtherKeyForms() throws Exception {
        Path old = Files.writeString(directory.resolve("old.pem"),
                "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n");

        assertThatThrownBy(() -> RelayIdentity.ofPem(files.certificate(), old)).hasMessageContaining("openssl pkcs8 -topk8");
    }

    @Test
    void refusesAKeyOfAnotherCertificate() throws Exception {
        Path other = DevelopmentCertificate.create().writePem(directory).key();

        assertThatThrownBy(() -> RelayIdentity.ofPem(files.certificate(), other)).isInstanceOf(BadInputException.class)
                .hasMessageContaining("is not the key of the certificate");
    }
}
