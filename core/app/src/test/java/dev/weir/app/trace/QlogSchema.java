// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What records of a qlog 0.3 file have to look like, of draft-ietf-quic-qlog-main-schema and draft-ietf-quic-qlog-quic-events: for each event that a
/// relay writes its fields with their types, required ones and others (`?`). A field that is not in the table is an error
/// unless it is one of our own (`weir_`), so that no name is misspelt.
///
/// Frames other than STREAM, DATAGRAM, ACK, MAX_DATA and MAX_STREAM_DATA are checked by their type alone, since a trace has no more of them.
public final class QlogSchema {
    private static final Map<String, Predicate<JsonNode>> TYPES = Map.of(
            "text", JsonNode::isString,
            "bool", JsonNode::isBoolean,
            "float", JsonNode::isNumber,
            "uint", each -> each.isIntegralNumber() && each.asLong() >= 0);

    private static final Map<String, String> OBJECTS = Map.ofEntries(
            Map.entry("file", "qlog_version:=0.3 qlog_format:=JSON-SEQ ?title:text ?description:text trace:trace"),
            Map.entry("trace", "?title:text ?description:text ?vantage_point:vantage_point ?common_fields:common_fields"),
            Map.entry("vantage_point", "?name:text type:=client|server|network|unknown ?flow:=client|server"),
            Map.entry("common_fields", "?time_format:=absolute|delta|relative ?reference_time:float ?protocol_type:[text ?group_id:text"),
            Map.entry("event", "time:float name:text data:any"),
            Map.entry("transport:packet_sent", "header:header ?frames:[frame ?raw:raw ?is_coalesced:bool ?datagram_id:uint ?trigger:text"),
            Map.entry("transport:packet_received", "header:header ?frames:[frame ?raw:raw ?is_coalesced:bool ?datagram_id:uint ?trigger:text"),
            Map.entry("loglevel:info", "?code:uint ?message:text"),
            Map.entry("recovery:packet_lost", "?header:header ?frames:[frame ?trigger:text"),
            Map.entry("recovery:metrics_updated", "?min_rtt:float ?smoothed_rtt:float ?latest_rtt:float ?rtt_variance:float ?pto_count:uint"
                    + " ?congestion_window:uint ?bytes_in_flight:uint ?ssthresh:uint ?packets_in_flight:uint ?pacing_rate:uint"),
            Map.entry("connectivity:connection_closed", "?owner:=local|remote ?connection_code:text ?application_code:text ?internal_code:uint"
                    + " ?reason:text ?trigger:text"),
            Map.entry("header", "packet_type:=initial|handshake|0RTT|1RTT|retry|version_negotiation|stateless_reset|unknown ?packet_number:uint"
                    + " ?flags:uint ?length:uint ?version:text ?scid:text ?dcid:text"),
            Map.entry("raw", "?length:uint ?payload_length:uint ?data:text"),
            Map.entry("stream", "frame_type:text stream_id:uint offset:uint length:uint ?fin:bool ?raw:raw"),
            Map.entry("datagram", "frame_type:text ?length:uint ?raw:raw"),
            Map.entry("max_data", "frame_type:text maximum:uint"),
            Map.entry("max_stream_data", "frame_type:text stream_id:uint maximum:uint"),
            Map.entry("ack", "frame_type:text ?ack_delay:float ?acked_ranges:[range ?ect1:uint ?ect0:uint ?ce:uint"));

    private static final Set<String> OTHER_FRAMES = Set.of(
            "padding", "ping", "reset_stream", "stop_sending", "crypto", "new_token", "max_streams",
            "data_blocked", "stream_data_blocked", "streams_blocked", "new_connection_id", "retire_connection_id", "path_challenge",
            "path_response", "connection_close", "handshake_done", "unknown");

    private QlogSchema() {}

    /// Checks a file, record by record, and what qvis asks for besides: an event, and the order of time.
    public static void check(List<JsonNode> records) {
        object("file", records.getFirst());
        assertThat(records).hasSizeGreaterThan(1);
        assertThat(records.subList(1, records.size()).stream().map(event -> event.path("time").asDouble()).toList()).isSorted();
        for (JsonNode event : records.subList(1, records.size())) {
            object("event", event);
            String name = event.path("name").asString();
            assertThat(OBJECTS).as("an event that the schema knows: %s", event).containsKey(name);
            object(name, event.path("data"));
        }
        nothingIsAcknowledgedBeforeItIsSent(records);
    }

    private static void nothingIsAcknowledgedBeforeItIsSent(List<JsonNode> records) {
        var acknowledged = new BitSet();
        for (JsonNode event : records) {
            JsonNode data = event.path("data");
            JsonNode header = data.path("header");
            if (!header.path("packet_type").asString("").equals("1RTT")) {
                continue;
            }
            if (event.path("name").asString().equals("transport:packet_sent")) {
                assertThat(acknowledged.get(header.path("packet_number").asInt())).as("%s after its ACK", event).isFalse();
            }
            if (event.path("name").asString().equals("transport:packet_received")) {
                data.path("frames").findValues("acked_ranges").forEach(ranges -> ranges.forEach(range ->
                        acknowledged.set(range.path(0).asInt(), range.path(1).asInt() + 1)));
            }
        }
    }

    private static void object(String kind, JsonNode object) {
        var fields = new HashMap<String, String>();
        var required = new HashSet<String>();
        for (String field : OBJECTS.get(kind).split(" ")) {
            String name = field.substring(field.startsWith("?") ? 1 : 0, field.indexOf(':'));
            fields.put(name, field.substring(field.indexOf(':') + 1));
            if (!field.startsWith("?")) {
                required.add(name);
            }
        }
        Set<String> present = object.propertyNames().stream().filter(each -> !each.startsWith("weir_")).collect(Collectors.toSet());
        assertThat(present).as("%s %s", kind, object).containsAll(required).isSubsetOf(fields.keySet());
        present.forEach(name -> value(fields.get(name), object.path(name), object));
    }

    private static void value(String type, JsonNode value, JsonNode whole) {
        if (type.startsWith("[")) {
            assertThat(value.isArray()).as("%s", whole).isTrue();
            value.forEach(each -> value(type.substring(1), each, whole));
        } else if (type.startsWith("=")) {
            assertThat(value.asString()).as("%s", whole).isIn((Object[]) type.substring(1).split("\\|"));
        } else if (TYPES.containsKey(type)) {
            assertThat(TYPES.get(type).test(value)).as("%s is no %s in %s", value, type, whole).isTrue();
        } else if (type.equals("frame")) {
            frame(value);
        } else if (type.equals("range")) {
            assertThat(value.size()).as("%s", whole).isBetween(1, 2);
            assertThat(value.path(0).asLong()).as("%s", whole).isLessThanOrEqualTo(value.path(value.size() - 1).asLong());
        } else if (!type.equals("any")) {
            object(type, value);
        }
    }

    private static void frame(JsonNode frame) {
        String type = frame.path("frame_type").asString();
        if (OBJECTS.containsKey(type)) {
            object(type, frame);
        } else {
            assertThat(OTHER_FRAMES).as("%s", frame).contains(type);
        }
    }
}
