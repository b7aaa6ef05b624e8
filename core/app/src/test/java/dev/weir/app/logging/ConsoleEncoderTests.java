// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConsoleEncoderTests {
    private final LoggerContext context = new LoggerContext();

    private String encoded(String format) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putObject(Environment.class.getName(), new StandardEnvironment());
        var encoder = new ConsoleEncoder();
        encoder.setContext(context);
        encoder.setFormat(format);
        encoder.setPattern("%-5level %msg %kvp%n");
        encoder.start();
        var event = new LoggingEvent("", context.getLogger("dev.weir"), Level.INFO, "a track began", null, null);
        event.setKeyValuePairs(List.of(new KeyValuePair("track", "live/a")));
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void writesLinesForPeopleUnlessToldOtherwise() {
        assertThat(encoded("")).startsWith("INFO  a track began track=\"live/a\"");
    }

    @Test
    void writesOneJsonObjectPerEvent() {
        String line = encoded("ecs");

        JsonNode event = new JsonMapper().readTree(line);
        assertThat(line).endsWith("\n");
        assertThat(event.path("message").asString()).isEqualTo("a track began");
        assertThat(event.path("log").path("level").asString()).isEqualTo("INFO");
        assertThat(event.path("track").asString()).isEqualTo("live/a");
    }
}
