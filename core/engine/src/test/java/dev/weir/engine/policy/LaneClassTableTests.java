// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.policy.LaneClassTable.LaneClass;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaneClassTableTests {
    private static final LaneClassTable TABLE = new LaneClassTable(List.of(
            new LaneClass("office", List.of("10.1.2.0/23", "192.0.2.7")),
            new LaneClass("campus", List.of("10.0.0.0/8", "2001:db8::/33")),
            new LaneClass("gold", List.of())));

    @ParameterizedTest
    @CsvSource({
        "10.1.2.255, office",
        "10.1.3.0, office",
        "10.1.4.0, campus",
        "192.0.2.7, office",
        "192.0.2.8, default",
        "2001:db8:7fff::1, campus",
        "2001:db8:8000::1, default",
        "::ffff:10.1.2.3, office"
    })
    void theFirstClassWithTheAddressCounts(String address, String expected) {
        assertThat(TABLE.classOf(InetAddress.ofLiteral(address))).isEqualTo(expected);
    }

    @Test
    void classesAreNumberedFromTheDefaultOne() {
        assertThat(TABLE.names()).containsExactly("default", "office", "campus", "gold");
        assertThat(TABLE.number("gold")).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "host.example", "2001:db8::/129", "10.0.0.1/x", ""})
    void refusesWhatIsNoRange(String range) {
        assertThatThrownBy(() -> new LaneClassTable(List.of(new LaneClass("a", List.of(range)))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("is no range of addresses");
    }

    @Test
    void refusesNamesAndNumbersThatCannotBe() {
        assertThatThrownBy(() -> new LaneClassTable(List.of(new LaneClass("A b", List.of()))))
                .hasMessageContaining("cannot be named");
        assertThatThrownBy(() -> new LaneClassTable(List.of(new LaneClass("default", List.of()))))
                .hasMessageContaining("two lane classes");
        assertThatThrownBy(() -> new LaneClassTable(IntStream.range(0, 16)
                        .mapToObj(i -> new LaneClass("c" + i, List.of()))
                        .toList()))
                .hasMessageContaining("at most 16");
    }
}
