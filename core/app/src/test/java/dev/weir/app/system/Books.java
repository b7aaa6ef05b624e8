// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.control.ControlClient;
import dev.weir.engine.view.AuditView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// The end of every system test: the books of the relay balance while it still runs (DESIGN section 4, rule 8). An audit counts what is
/// on its way; what two threads have half done balances a moment later.
public final class Books {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = new JsonMapper();

    private Books() {}

    /// Waits until the books of a relay process balance.
    ///
    /// @param control its control socket
    public static void assertBalanced(Path control) {
        assertBalanced(() -> JSON.treeToValue(ControlClient.call(control, "stats audit", Map.of()), AuditView.class));
    }

    /// Waits until the books of a relay balance.
    ///
    /// @param audit asks it
    public static void assertBalanced(Supplier<AuditView> audit) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            AuditView now = audit.get();
            assertThat(now.sums()).as("connections there were").anyMatch(sum -> sum.lane() != AuditView.ALL);
            assertThat(now.imbalances()).as("sums that do not balance").isEmpty();
        });
    }
}
