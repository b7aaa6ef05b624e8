// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTests {
    @ParameterizedTest
    @CsvSource({"192.0.2.1:4433, 192.0.2.1:4433", "[::]:4433, [::]:4433", ":0, [::]:0", "0.0.0.0:1, 0.0.0.0:1",
        "[2001:db8::1]:65535, [2001:db8:0:0:0:0:0:1]:65535"})
    void takesAddressAndPort(String text, String shown) {
        assertThat(ListenAddress.format(ListenAddress.parse(text))).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4433", "localhost:4433", "::1:4433", "[::1]", "192.0.2.1", "192.0.2.1:65536", "192.0.2:1",
        "192.0.2.256:1", "[zz::]:1", "1.2.3.4:-1"})
    void refusesEverythingElseWithASentence(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write ");
    }
}
