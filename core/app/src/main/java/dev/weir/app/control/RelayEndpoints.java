// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import dev.weir.app.AppVersion;
import dev.weir.app.relay.ListenAddress;
import dev.weir.app.relay.RelayEnd;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelaySteering;
import dev.weir.engine.RelayViews;
import dev.weir.engine.policy.PolicyControl;
import dev.weir.engine.view.LaneStatus;
import dev.weir.quic.kwik.RelayServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The commands about a relay itself, its tracks, connections and lanes that its control socket knows.
public final class RelayEndpoints {
    private final RelayServer relay;
    private final PolicyControl policies;
    private final RelayViews views;
    private final RelaySteering steering;
    private final RelayEnd end;
    private final long startedNanos = System.nanoTime();

    /// What `top` needs of a lane: it asks every second, and there may be a thousand.
    private record TopLane(
            int id,
            String address,
            String laneClass,
            String path,
            long copiesByKernel,
            long copiesByUserSpace,
            long sentBytes,
            long pendingBytes,
            long smoothedRttNanos,
            int lossPerMillion,
            String stoppedBy) {
        static TopLane of(LaneStatus lane) {
            return new TopLane(
                    lane.id(), lane.address(), lane.laneClass(), lane.path(), lane.copiesByKernel(), lane.copiesByUserSpace(),
                    lane.sentBytes(), lane.pendingBytes(), lane.smoothedRttNanos(), lane.lossPerMillion(),
                    lane.limits().stream().filter(LaneStatus.Limit::isReached).map(LaneStatus.Limit::name)
                            .collect(Collectors.joining(", ")));
        }
    }

    private RelayEndpoints(RelayServer relay, PolicyControl policies, RelayEnd end) {
        this.relay = relay;
        this.policies = policies;
        this.views = relay.views();
        this.steering = relay.steering();
        this.end = end;
    }

    /// What to give to [ControlServer#start].
    public static Map<String, Function<JsonNode, Object>> of(RelayServer relay, PolicyControl policies, RelayEnd end) {
        var endpoints = new RelayEndpoints(relay, policies, end);
        var commands = new LinkedHashMap<String, Function<JsonNode, Object>>();
        endpoints.addRelay(commands);
        endpoints.addLists(commands);
        endpoints.addSteering(commands);
        endpoints.addKernel(commands);
        return commands;
    }

    private void addRelay(Map<String, Function<JsonNode, Object>> commands) {
        commands.put("relay status", arguments -> Map.of(
                "relay", views.relay(),
                "version", AppVersion.text(),
                "address", ListenAddress.format(relay.address()),
                "pid", ProcessHandle.current().pid(),
                "upNanos", System.nanoTime() - startedNanos,
                "kernelProblem", relay.kernelProblem()));
        commands.put("relay stop", arguments -> {
            end.stop();
            return Map.of("stopping", true);
        });
        commands.put("relay drain", arguments -> {
            long seconds = arguments.path("seconds").asLong();
            end.drain(Duration.ofSeconds(seconds));
            return Map.of("seconds", seconds, "subscriptions", views.relay().subscriptions());
        });
    }

    private void addLists(Map<String, Function<JsonNode, Object>> commands) {
        commands.put("track list", arguments -> Map.of("tracks", views.tracks()));
        commands.put("track show", arguments -> {
            String name = text(arguments, "track");
            return Map.of(
                    "track", one(views.tracks(), each -> each.name().equals(name), "track '" + name + "'", "track list"),
                    "subscribers", views.subscribers().stream().filter(each -> each.tracks().contains(name)).toList());
        });
        commands.put("subscriber list", arguments -> Map.of("subscribers", views.subscribers()));
        commands.put("subscriber show", arguments -> {
            int id = arguments.path("subscriber").asInt();
            return Map.of(
                    "subscriber", one(views.subscribers(), each -> each.id() == id, "subscriber " + id, "subscriber list"),
                    "lane", lane(id));
        });
        commands.put("publisher list", arguments -> Map.of("publishers", views.publishers()));
        commands.put("publisher show", arguments -> {
            int id = arguments.path("publisher").asInt();
            return Map.of(
                    "publisher", one(views.publishers(), each -> each.id() == id, "publisher " + id, "publisher list"),
                    "tracks", views.tracks().stream().filter(each -> each.publisher() == id).toList());
        });
        commands.put("lane list", arguments -> Map.of("lanes", views.lanes()));
        commands.put("lane show", arguments -> Map.of("lane", lane(arguments.path("lane").asInt())));
        commands.put("mode show", arguments -> Map.of("mode", views.relay().mode(), "tracks", views.tracks()));
        commands.put("top", arguments -> Map.of(
                "relay", views.relay(), "atNanos", System.nanoTime(), "tracks", views.tracks(),
                "lanes", views.lanes().stream().map(TopLane::of).toList()));
    }

    private void addSteering(Map<String, Function<JsonNode, Object>> commands) {
        commands.put("subscriber kick", arguments -> {
            int id = arguments.path("subscriber").asInt();
            steering.kick(id, text(arguments, "reason"));
            return Map.of("subscriber", id);
        });
        commands.put("mode set", arguments -> {
            PathMode mode = PathMode.valueOf(text(arguments, "mode").toUpperCase(Locale.ROOT));
            steering.setMode(mode, optional(arguments, "track"));
            return Map.of("mode", text(arguments, "mode"), "tracks", views.tracks());
        });
        commands.put("policy explain", arguments -> Map.of("explanation", views.explain(
                arguments.path("subscriber").asInt(), optional(arguments, "track"),
                number(arguments, "group"), number(arguments, "object"))));
    }

    private void addKernel(Map<String, Function<JsonNode, Object>> commands) {
        commands.put("bpf status", arguments -> Map.of(
                "relay", views.relay(), "problem", relay.kernelProblem(), "devices", views.kernel().devices()));
        commands.put("bpf programs", arguments -> Map.of("programs", views.kernel().programs(), "devices", views.kernel().devices()));
        commands.put("bpf maps", arguments -> Map.of("maps", views.kernel().maps()));
        commands.put("bpf log", arguments -> Map.of("dataPlane", relay.kernelLog(), "logs", PolicyEndpoints.logs(policies)));
        commands.put("bpf counters", arguments -> Map.of("counters", relay.statistics()));
    }

    private LaneStatus lane(int id) {
        LaneStatus lane = views.lane(id);
        if (lane == null) {
            throw absent("lane " + id, "lane list");
        }
        return lane;
    }

    private static <T> T one(List<T> all, Predicate<T> wanted, String what, String list) {
        return all.stream().filter(wanted).findFirst().orElseThrow(() -> absent(what, list));
    }

    private static ControlException absent(String what, String list) {
        return new ControlException("There is no " + what + "; '" + list + "' lists them.");
    }

    private static String text(JsonNode arguments, String name) {
        String value = optional(arguments, name);
        if (value == null) {
            throw new ControlException("The request has no '" + name + "'; use the launcher of this relay's version.");
        }
        return value;
    }

    private static @Nullable String optional(JsonNode arguments, String name) {
        String value = arguments.path(name).asString("");
        return value.isBlank() ? null : value;
    }

    private static @Nullable Long number(JsonNode arguments, String name) {
        return arguments.path(name).isNumber() ? arguments.path(name).asLong() : null;
    }
}
