// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.engine.policy.PolicyControl;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What the page can change, for those who show the token in a header of its own: no other site's form or script can send that.
@RestController
@RequestMapping(path = "/page", consumes = MediaType.APPLICATION_JSON_VALUE)
class SteeringController {
    static final String HEADER = "X-Weir-Token";

    /// @param policy name of the policy
    /// @param tracks pattern on full track names
    /// @param classes lane classes; empty: all
    /// @param settings of the policy, for this assignment
    record Application(
            @Nullable String policy,
            @Nullable String tracks,
            @Nullable List<String> classes,
            @Nullable Map<String, String> settings) {}

    /// @param id of an assignment
    record Removal(@Nullable Integer id) {}

    /// @param subscriber number of its connection
    /// @param laneClass its lane class from now on
    record ClassChange(@Nullable Integer subscriber, @Nullable String laneClass) {}

    private final PolicyControl policies;
    private final SteeringToken token;

    SteeringController(PolicyControl policies, SteeringToken token) {
        this.policies = policies;
        this.token = token;
    }

    @PostMapping("/policy/apply")
    PolicyControl.Assignment apply(
            @RequestHeader(name = HEADER, required = false) @Nullable String shown, @RequestBody Application wanted) {
        require(shown);
        return policies.apply(
                given(wanted.policy, "policy"),
                given(wanted.tracks, "tracks"),
                wanted.classes == null ? List.of() : wanted.classes,
                wanted.settings == null ? Map.of() : wanted.settings);
    }

    @PostMapping("/policy/remove")
    Map<String, Integer> remove(
            @RequestHeader(name = HEADER, required = false) @Nullable String shown, @RequestBody Removal wanted) {
        require(shown);
        int id = given(wanted.id, "id");
        policies.remove(id);
        return Map.of("removed", id);
    }

    @PostMapping("/class/set")
    Map<String, Object> setClass(
            @RequestHeader(name = HEADER, required = false) @Nullable String shown, @RequestBody ClassChange wanted) {
        require(shown);
        int subscriber = given(wanted.subscriber, "subscriber");
        String laneClass = given(wanted.laneClass, "laneClass");
        policies.setClass(subscriber, laneClass);
        return Map.of("subscriber", subscriber, "class", laneClass);
    }

    private void require(@Nullable String shown) {
        if (!token.isShownBy(shown)) {
            throw new TokenMissingException(token.where());
        }
    }

    private static <T> T given(@Nullable T value, String name) {
        if (value == null || value instanceof String text && text.isBlank()) {
            throw new IllegalArgumentException("The request has no '" + name + "'; give it.");
        }
        return value;
    }
}
