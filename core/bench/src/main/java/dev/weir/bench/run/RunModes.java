// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.spi.DeliveryMode;
import java.util.List;

/// Which delivery modes a demo shows.
public enum RunModes {
    /// Only STREAM.
    STREAM(DeliveryMode.STREAM),
    /// Only DATAGRAM.
    DATAGRAM(DeliveryMode.DATAGRAM),
    /// One after the other.
    BOTH(DeliveryMode.STREAM, DeliveryMode.DATAGRAM);

    private final List<DeliveryMode> modes;

    RunModes(DeliveryMode... modes) {
        this.modes = List.of(modes);
    }

    /// @return the modes in the order in which they run
    public List<DeliveryMode> modes() {
        return modes;
    }
}
