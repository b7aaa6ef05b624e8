// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.LaneClassifier;
import dev.weir.engine.Relay;
import dev.weir.engine.dataplane.KernelDataPlane;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The policy's program in the kernel: it links, is verified, and answers the policy's test vectors as the Java hooks do.
@RequiresRoot
class SnapshotPolicyIT {
    private static final int PORT = 4433;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theProgramAnswersAsTheHooksDo(int highestLayer) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.create("wto")) {
            KernelDataPlane plane = namespace.call(() -> KernelDataPlane.open(PORT));
            var relay = new Relay(plane, LaneClassifier.defaultOnly(), 200_000_000L, 1 << 20, System::nanoTime);
            try {
                InstalledPolicy installed = relay.policies().install("own-framing", new SnapshotPolicy(highestLayer));
                assertThat(installed.form()).isEqualTo(InstalledPolicy.Form.PROGRAM);
            } finally {
                relay.close();
            }
        }
    }
}
