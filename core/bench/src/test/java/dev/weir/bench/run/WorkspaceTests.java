// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a run makes is taken away again, whenever it ends.
class WorkspaceTests {
    private final List<String> closed = new ArrayList<>();
    private final Workspace workspace = new Workspace();

    @Test
    void closesTheLastOneFirstAndEachOnce() {
        workspace.keep(() -> closed.add("first"));
        AutoCloseable released = workspace.keep(() -> closed.add("released"));
        workspace.keep(() -> closed.add("last"));

        workspace.release(released);
        workspace.close();
        workspace.close();

        assertThat(closed).containsExactly("released", "last", "first");
    }

    @Test
    void leavesNothingOfARunThatGoesOnMakingThingsAfterItsEnd() {
        workspace.close();

        assertThatThrownBy(() -> workspace.keep(() -> closed.add("late")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("interrupted");
        assertThat(closed).containsExactly("late");
    }
}
