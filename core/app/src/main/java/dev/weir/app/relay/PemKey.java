// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a private key from a PEM file in PKCS#8 form (RFC 7468 §10).
final class PemKey {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]+)-----END");

    private PemKey() {}

    static PrivateKey read(Path file) {
        Matcher matcher = BLOCK.matcher(text(file));
        if (!matcher.find()) {
            throw new BadInputException("There is no private key in " + file
                    + "; it must be a PEM file that begins with -----BEGIN PRIVATE KEY-----.", null);
        }
        if (!matcher.group(1).equals("PRIVATE KEY")) {
            throw new BadInputException("The key in " + file + " is a '" + matcher.group(1)
                    + "'; convert it with: openssl pkcs8 -topk8 -nocrypt -in " + file + " -out relay-key.pem.", null);
        }
        return decode(file, matcher.group(2));
    }

    private static String text(Path file) {
        try {
            // A DER file must end in a sentence about its form, not in one about characters.
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw RelayIdentity.unreadable("private key", file, e);
        }
    }

    private static PrivateKey decode(Path file, String base64) {
        try {
            var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
            for (String algorithm : List.of("EC", "RSA")) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
                } catch (GeneralSecurityException e) {
                    // The encoding names another algorithm: try the next one.
                }
            }
        } catch (IllegalArgumentException e) {
            throw new BadInputException("The private key in " + file + " is damaged (" + e.getMessage() + "); copy it again.", e);
        }
        throw new BadInputException("The private key in " + file + " is neither an EC nor an RSA key; use one of these, EC P-256 for choice.", null);
    }
}
