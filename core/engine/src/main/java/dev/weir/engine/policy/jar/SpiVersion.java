// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.spi.FanoutPolicyProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The version of the policy SPI that this relay has: what a jar's Plugin-Requires is compared with. Semantic: a change that breaks
/// policies moves the first number. The SPI's artifact says it, so it is written in one place: core/spi/pom.xml.
final class SpiVersion {
    static final String VALUE = read();

    private SpiVersion() {}

    private static String read() {
        Properties spi = new Properties();
        try (InputStream text = FanoutPolicyProvider.class.getResourceAsStream("spi.properties")) {
            if (text == null) {
                throw new IllegalStateException("dev/weir/spi/spi.properties is not beside the policy SPI's classes: weir-spi's jar "
                        + "is damaged; take the one that came with this relay");
            }
            spi.load(text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return spi.getProperty("version");
    }
}
