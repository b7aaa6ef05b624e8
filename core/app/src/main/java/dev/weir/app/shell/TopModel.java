// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// What `top` shows: rates between two answers of the relay, and a short history of each lane's rate.
final class TopModel {
    /// What lanes are sorted by, the most first.
    enum Sort {
        RATE,
        COPIES,
        RTT,
        LOSS,
        WAITING,
        LANE;

        Sort next() {
            return values()[(ordinal() + 1) % values().length];
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Rates that a lane's history holds.
    static final int HISTORY = 24;
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int MOST_TRACKS = 6;

    private record Lane(JsonNode now, double bytesPerSecond, double copiesPerSecond) {}

    private final Map<String, Deque<Double>> histories = new HashMap<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, Double> trackRates = new HashMap<>();
    private JsonNode last = MissingNode.getInstance();

    /// Takes the next answer.
    void sample(JsonNode answer) {
        double seconds = (answer.path("atNanos").asLong() - last.path("atNanos").asLong()) / 1e9;
        boolean first = last.isMissingNode();
        Map<String, JsonNode> before = byName(last.path("lanes"), "id");
        lanes.clear();
        for (JsonNode lane : answer.path("lanes")) {
            String key = lane.path("id").asString() + " " + lane.path("address").asString();
            JsonNode old = before.get(lane.path("id").asString());
            boolean known = old != null && old.path("address").equals(lane.path("address"));
            double bytes = known ? (lane.path("sentBytes").asLong() - old.path("sentBytes").asLong()) / seconds : 0;
            double copies = known ? (copies(lane) - copies(old)) / seconds : 0;
            Deque<Double> history = histories.computeIfAbsent(key, k -> new ArrayDeque<>());
            if (known) {
                history.addLast(bytes);
            }
            if (history.size() > HISTORY) {
                history.removeFirst();
            }
            lanes.add(new Lane(lane, bytes, copies));
        }
        histories.keySet().retainAll(lanes.stream()
                .map(lane -> lane.now.path("id").asString() + " " + lane.now.path("address").asString())
                .toList());
        Map<String, JsonNode> tracks = byName(last.path("tracks"), "name");
        trackRates.clear();
        for (JsonNode track : answer.path("tracks")) {
            JsonNode old = tracks.get(track.path("name").asString());
            double rate = first || old == null ? 0
                    : (track.path("receivedBytes").asLong() - old.path("receivedBytes").asLong()) / seconds;
            trackRates.put(track.path("name").asString(), rate);
        }
        last = answer;
    }

    private static Map<String, JsonNode> byName(JsonNode list, String field) {
        var result = new HashMap<String, JsonNode>();
        list.forEach(each -> result.put(each.path(field).asString(), each));
        return result;
    }

    private static long copies(JsonNode lane) {
        return lane.path("copiesByKernel").asLong() + lane.path("copiesByUserSpace").asLong();
    }

    /// The lines to show.
    ///
    /// @param most lines that there is room for
    List<String> lines(Sort sort, int most) {
        var lines = new ArrayList<String>();
        lines.add(header());
        lines.add("");
        if (!last.path("tracks").isEmpty()) {
            lines.addAll(List.of(tracks().split("\\R")));
            lines.add("");
        }
        lines.addAll(List.of(table(sort, Math.max(1, most - lines.size() - 1)).split("\\R")));
        return lines.size() > most ? lines.subList(0, most) : lines;
    }

    /// The relay's last answer with the rates: lanes in order, `bytesPerSecond` and `copiesPerSecond` in each, and tracks with
    /// `receivedBytesPerSecond`.
    JsonNode json(Sort sort) {
        ObjectNode result = last.deepCopy().asObject();
        result.withArray("tracks").forEach(track ->
                track.asObject().put("receivedBytesPerSecond", trackRates.getOrDefault(track.path("name").asString(), 0.0)));
        ArrayNode sorted = result.putArray("lanes");
        lanes.stream().sorted(order(sort)).forEach(lane -> sorted.add(lane.now.deepCopy().asObject()
                .put("bytesPerSecond", lane.bytesPerSecond)
                .put("copiesPerSecond", lane.copiesPerSecond)));
        return result;
    }

    private String header() {
        JsonNode relay = last.path("relay");
        double bytes = lanes.stream().mapToDouble(Lane::bytesPerSecond).sum();
        double copies = lanes.stream().mapToDouble(Lane::copiesPerSecond).sum();
        return String.format(Locale.ROOT, "%s, mode %s: %d publishers, %d subscribers, %d tracks; out %s in %.0f copies/s%s",
                relay.path("path").asString(), relay.path("mode").asString(), relay.path("publishers").asInt(),
                relay.path("subscribers").asInt(), relay.path("tracks").asInt(), Figures.rate(bytes), copies,
                relay.path("isDraining").asBoolean() ? "; draining" : "");
    }

    private String tracks() {
        var table = new Columns("TRACK", "PATH", "SUBSCRIBERS", "IN", "LARGEST");
        int shown = 0;
        for (JsonNode track : last.path("tracks")) {
            if (shown++ < MOST_TRACKS) {
                table.row(
                        track.path("name").asString(),
                        track.path("path").asString(),
                        track.path("activeSubscriptions").asString(),
                        Figures.rate(trackRates.getOrDefault(track.path("name").asString(), 0.0)),
                        Figures.location(track.path("largestGroup").asLong(), track.path("largestObject").asLong()));
            }
        }
        return shown > MOST_TRACKS ? table + System.lineSeparator() + "… " + (shown - MOST_TRACKS) + " more" : table.toString();
    }

    private String table(Sort sort, int most) {
        var table = new Columns("LANE", "ADDRESS", "PATH", "CLASS", "COPIES/S", "OUT", "RTT", "LOSS", "WAITING", "STOPPED BY", "HISTORY");
        lanes.stream().sorted(order(sort)).limit(most).forEach(lane -> table.row(
                lane.now.path("id").asString(),
                lane.now.path("address").asString(),
                lane.now.path("path").asString(),
                lane.now.path("laneClass").asString(),
                String.format(Locale.ROOT, "%.0f", lane.copiesPerSecond),
                Figures.rate(lane.bytesPerSecond),
                Figures.millis(lane.now.path("smoothedRttNanos").asLong()),
                Figures.percent(lane.now.path("lossPerMillion").asLong()),
                Figures.bytes(lane.now.path("pendingBytes").asLong()),
                lane.now.path("stoppedBy").asString().isEmpty() ? "nothing" : lane.now.path("stoppedBy").asString(),
                sparkline(histories.get(lane.now.path("id").asString() + " " + lane.now.path("address").asString()))));
        return table.isEmpty() ? "There is no lane: nobody subscribes." : table.toString();
    }

    private static Comparator<Lane> order(Sort sort) {
        Comparator<Lane> most = switch (sort) {
            case RATE -> Comparator.comparingDouble(Lane::bytesPerSecond).reversed();
            case COPIES -> Comparator.comparingDouble(Lane::copiesPerSecond).reversed();
            case RTT -> by("smoothedRttNanos").reversed();
            case LOSS -> by("lossPerMillion").reversed();
            case WAITING -> by("pendingBytes").reversed();
            case LANE -> by("id");
        };
        return most.thenComparing(by("id"));
    }

    private static Comparator<Lane> by(String field) {
        return Comparator.comparingLong(lane -> lane.now.path(field).asLong());
    }

    /// Bars, the highest for the most there was; the newest on the right.
    static String sparkline(Iterable<Double> values) {
        double most = 0;
        for (double value : values) {
            most = Math.max(most, value);
        }
        var text = new StringBuilder();
        for (double value : values) {
            text.append(BARS.charAt(most == 0 ? 0 : (int) Math.min(BARS.length() - 1, Math.max(0, value) / most * BARS.length())));
        }
        return text.toString();
    }
}
