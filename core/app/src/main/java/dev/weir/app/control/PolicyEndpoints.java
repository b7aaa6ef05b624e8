// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import dev.weir.engine.policy.PolicyControl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The commands about policies, subscribers and lane classes that a relay's control socket knows.
public final class PolicyEndpoints {
    private PolicyEndpoints() {}

    /// What to give to [ControlServer#start].
    public static Map<String, Function<JsonNode, Object>> of(PolicyControl control) {
        var commands = new LinkedHashMap<String, Function<JsonNode, Object>>();
        commands.put("policy list", arguments ->
                Map.of("policies", control.policies(), "assignments", control.assignments()));
        commands.put("policy load", arguments -> Map.of("policies", control.load(Path.of(text(arguments, "jar")))));
        commands.put("policy apply", arguments -> control.apply(
                text(arguments, "policy"), text(arguments, "tracks"), texts(arguments, "classes"), settings(arguments)));
        commands.put("policy remove", arguments -> {
            control.remove(arguments.path("id").asInt());
            return Map.of("removed", arguments.path("id").asInt());
        });
        commands.put("policy stats", arguments -> Map.of("statistics", control.statistics()));
        commands.put("policy log", arguments -> Map.of("log", control.verifierLog(text(arguments, "policy"))));
        commands.put("subscriber list", arguments -> Map.of("subscribers", control.subscribers()));
        commands.put("class list", arguments -> Map.of("classes", control.classes()));
        commands.put("class set", arguments -> {
            control.setClass(arguments.path("subscriber").asInt(), text(arguments, "class"));
            return Map.of("subscriber", arguments.path("subscriber").asInt(), "class", text(arguments, "class"));
        });
        return commands;
    }

    private static String text(JsonNode arguments, String name) {
        String value = arguments.path(name).asString("");
        if (value.isBlank()) {
            throw new ControlException("The request has no '" + name + "'; use the launcher of this relay's version.");
        }
        return value;
    }

    private static List<String> texts(JsonNode arguments, String name) {
        var result = new ArrayList<String>();
        arguments.path(name).forEach(each -> result.add(each.asString()));
        return result;
    }

    private static Map<String, String> settings(JsonNode arguments) {
        var result = new LinkedHashMap<String, String>();
        arguments.path("configuration").properties().forEach(each -> result.put(each.getKey(), each.getValue().asString()));
        return result;
    }
}
