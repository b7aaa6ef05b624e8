// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rates, order and history of `top`, from answers that are made here.
class TopModelTests {
    private static final JsonMapper JSON = new JsonMapper();
    private final TopModel model = new TopModel();

    private static String lane(int id, String address, long sentBytes, long copies, long rtt) {
        return """
                {"id":%d,"address":"%s","laneClass":"default","path":"kernel","copiesByKernel":%d,"copiesByUserSpace":0,
                "sentBytes":%d,"pendingBytes":0,"smoothedRttNanos":%d,"lossPerMillion":0,"stoppedBy":""}"""
                .formatted(id, address, copies, sentBytes, rtt);
    }

    private static JsonNode answer(long seconds, long received, String... lanes) {
        return JSON.readTree("""
                {"atNanos":%d,"relay":{"path":"kernel","mode":"auto","publishers":1,"subscribers":2,"tracks":1},
                "tracks":[{"name":"live/video","path":"kernel","activeSubscriptions":2,"receivedBytes":%d,"largestGroup":1,"largestObject":2}],
                "lanes":[%s]}""".formatted(seconds * 1_000_000_000, received, String.join(",", lanes)));
    }

    @Test
    void ratesAreDifferencesAndTheFastestIsFirst() {
        model.sample(answer(1, 1000, lane(1, "a", 0, 0, 9_000_000), lane(2, "b", 0, 0, 1_000_000)));
        model.sample(answer(3, 251_000, lane(1, "a", 250_000, 200, 9_000_000), lane(2, "b", 500_000, 400, 1_000_000)));
        List<String> lines = model.lines(TopModel.Sort.RATE, 20);

        assertThat(lines.getFirst()).isEqualTo("kernel, mode auto: 1 publishers, 2 subscribers, 1 tracks; out 3.0 Mbit/s in 300 copies/s");
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("live/video", "1.0 Mbit/s", "1/2"));
        assertThat(lines.get(lines.size() - 2)).startsWith("   2  b").contains("200  2.0 Mbit/s");
        assertThat(lines.getLast()).startsWith("   1  a").contains("100  1.0 Mbit/s");
        assertThat(model.lines(TopModel.Sort.RTT, 20).getLast()).startsWith("   2  b");
        assertThat(model.lines(TopModel.Sort.LANE, 20).getLast()).startsWith("   2  b");
    }

    @Test
    void programsGetTheSameRatesInTheSameOrder() {
        model.sample(answer(1, 1000, lane(1, "a", 0, 0, 9_000_000), lane(2, "b", 0, 0, 1_000_000)));
        model.sample(answer(3, 251_000, lane(1, "a", 250_000, 200, 9_000_000), lane(2, "b", 500_000, 400, 1_000_000)));
        JsonNode json = model.json(TopModel.Sort.RATE);

        assertThat(json.path("tracks").path(0).path("receivedBytesPerSecond").asDouble()).isEqualTo(125_000);
        assertThat(json.path("lanes")).hasSize(2);
        assertThat(json.path("lanes").path(0).path("id").asInt()).isEqualTo(2);
        assertThat(json.path("lanes").path(0).path("bytesPerSecond").asDouble()).isEqualTo(250_000);
        assertThat(json.path("lanes").path(0).path("copiesPerSecond").asDouble()).isEqualTo(200);
    }

    @Test
    void anotherConnectionOfTheSameNumberBeginsAnew() {
        model.sample(answer(1, 0, lane(1, "a", 9_000_000, 9000, 0)));
        model.sample(answer(2, 0, lane(1, "b", 1000, 1, 0)));

        assertThat(model.lines(TopModel.Sort.RATE, 20).getLast()).contains("   1  b", "0 bit/s");
    }

    @Test
    void showsAsManyLinesAsThereIsRoomFor() {
        String[] lanes = new String[50];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = lane(i, "h", 0, 0, 0);
        }
        model.sample(answer(1, 0, lanes));

        assertThat(model.lines(TopModel.Sort.LANE, 24)).hasSize(24);
    }

    @Test
    void theHighestBarIsTheMostThereWas() {
        assertThat(TopModel.sparkline(List.of(0.0, 50.0, 100.0))).isEqualTo("▁▅█");
        assertThat(TopModel.sparkline(List.of(0.0, 0.0))).isEqualTo("▁▁");
        assertThat(TopModel.sparkline(List.of())).isEmpty();
    }
}
