// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.prioritythreshold;

import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.Rule;
import java.util.Locale;

/// A limit of priority as the operator writes it. An object passes if its priority is below (more urgent than) the limit.
///
/// The words go with `weir publish --subgroups by-layer`, which gives key frames priority 64, other reference frames 128 and
/// frames that no other one needs 192: `low` passes the first two kinds, `high` passes all three.
final class PriorityLimit {
    /// Everything passes.
    static final String NOTHING_DROPPED = "none";
    /// For subscribers of little means: everything that other frames need, and nothing that can be spared.
    static final String LOW = "low";
    /// For subscribers that can take all layers. The same as `none`, said of a subscriber and not of the drops.
    static final String HIGH = "high";

    /// Publisher priority of frames that no other frame needs.
    static final int DROPPABLE = 192;

    private PriorityLimit() {}

    /// The limit as a number.
    ///
    /// @param text `none`, `low`, `high` or 0 to 256; case does not matter
    /// @return 0, nothing passes, to 256, everything passes
    /// @throws PolicyConfigurationException if it is something else
    static int parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case NOTHING_DROPPED, HIGH -> Rule.NO_LIMIT;
            case LOW -> DROPPABLE;
            default -> number(text.strip());
        };
    }

    private static int number(String text) {
        if (text.matches("[0-9]{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit <= Rule.NO_LIMIT) {
                return limit;
            }
        }
        throw new PolicyConfigurationException("'" + text
                + "' is not a limit of priority-threshold; write none, low, high, or a number from 0 (nothing passes) to 256.");
    }
}
