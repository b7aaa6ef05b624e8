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
        commands.put("class list", arguments -> Map.of("classes", control.classes()));
        commands.put("class set", arguments -> {
            control.setClass(arguments.path("subscriber").asInt(), text(arguments, "class"));
            return Map.of("subscriber", arguments.path("subscriber").asInt(), "class", text(arguments, "class"));
        });
        commands.put("policy show", arguments -> show(control, text(arguments, "policy")));
        return commands;
    }

    private static Map<String, Object> show(PolicyControl control, String name) {
        List<PolicyControl.PolicyStatus> policies =
                control.policies().stream().filter(each -> each.name().equals(name)).toList();
        if (policies.isEmpty()) {
            throw new ControlException("There is no policy '" + name + "'; 'policy list' names them.");
        }
        List<PolicyControl.Assignment> assignments =
                control.assignments().stream().filter(each -> each.policy().equals(name)).toList();
        return Map.of(
                "policy", policies.getFirst(),
                "assignments", assignments,
                "statistics", control.statistics().stream().filter(each -> each.policy().equals(name)).toList(),
                "log", control.verifierLog(name));
    }

    /// The verifier's logs of all policies that it refused.
    static Map<String, String> logs(PolicyControl control) {
        var logs = new LinkedHashMap<String, String>();
        for (PolicyControl.PolicyStatus policy : control.policies()) {
            String log = control.verifierLog(policy.name());
            if (!log.isEmpty()) {
                logs.put(policy.name(), log);
            }
        }
        return logs;
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
