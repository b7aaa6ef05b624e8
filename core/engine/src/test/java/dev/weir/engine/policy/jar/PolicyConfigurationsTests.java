// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.PolicyConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is configured becomes a policy's record, or a sentence.
class PolicyConfigurationsTests {
    enum Mode {
        SOFT,
        VERY_HARD
    }

    record Config(
            int limit,
            boolean strict,
            String name,
            Mode mode,
            Duration maxAge,
            List<Integer> steps,
            Map<String, Integer> perClass,
            Long optional,
            Double share) {
        Config {
            if (limit > 256) {
                throw new PolicyConfigurationException("limit is 0 to 256, not " + limit + ".");
            }
        }
    }

    private static Config bind(Map<String, Object> configured, Map<String, String> overrides) {
        return new PolicyConfigurations(Map.of("gate", configured)).bind("gate", Config.class, overrides);
    }

    @Test
    void bindsEveryKindOfValue() {
        Config config = bind(
                Map.of(
                        "limit", "12",
                        "strict", true,
                        "name", "x",
                        "mode", "very_hard",
                        "max-age", "250ms",
                        "steps", Map.of("0", 3, "1", 4),
                        "per-class", Map.of("low", "5")),
                Map.of());
        assertThat(config)
                .isEqualTo(new Config(12, true, "x", Mode.VERY_HARD, Duration.ofMillis(250), List.of(3, 4), Map.of("low", 5), null, null));
    }

    @Test
    void whatIsAbsentIsNullZeroOrEmpty() {
        assertThat(bind(Map.of(), Map.of())).isEqualTo(new Config(0, false, null, null, null, List.of(), Map.of(), null, null));
    }

    @Test
    void overridesTakeThePlaceOfWhatIsConfigured() {
        Config config = bind(
                Map.of("limit", 1, "perClass", Map.of("low", 1, "high", 2)),
                Map.of("limit", "7", "per-class.low", "9", "steps", "1, 2,3", "MAX_AGE", "PT2S"));
        assertThat(config.limit()).isEqualTo(7);
        assertThat(config.perClass()).isEqualTo(Map.of("low", 9, "high", 2));
        assertThat(config.steps()).containsExactly(1, 2, 3);
        assertThat(config.maxAge()).isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            limit    | many    | weir.policies.gate.limit is 'many'; write a whole number that a Java int can hold.
            limit    | 300     | limit is 0 to 256, not 300
            strict   | perhaps | weir.policies.gate.strict is 'perhaps'; write true or false.
            mode     | gentle  | weir.policies.gate.mode is 'gentle'; write one of SOFT, VERY_HARD.
            max-age  | soon    | weir.policies.gate.max-age is 'soon'; write a duration, such as 50ms, 2s or 1m.
            steps    | 1,two   | weir.policies.gate.steps[1] is 'two'; write a whole number
            per-class.my-Class | x | weir.policies.gate.per-class.my-Class is 'x'; write a whole number
            share    | half    | weir.policies.gate.share is 'half'; write a number.
            per-class | 7      | weir.policies.gate.per-class is of another kind; write what the policy's documentation says of it.
            lmit     | 5       | has no setting 'lmit'; weir.policies.gate knows limit, strict, name, mode, max-age
            """)
    void saysWhatIsWrong(String key, String value, String sentence) {
        assertThatThrownBy(() -> bind(Map.of(), Map.of(key, value)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(sentence);
    }
}
