// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.spi.LaneView;
import dev.weir.spi.plan.LaneClasses;
import java.net.InetAddress;
import java.util.List;

/// The relay's lane classes, and which subscribers belong to which. For any number of threads.
public interface LaneClassifier extends LaneClasses {
    /// The class of a subscriber that nobody has given another one by hand.
    ///
    /// @param address where its packets come from
    /// @return one of [#names()]
    String classOf(InetAddress address);

    /// Everybody is of the default class.
    static LaneClassifier defaultOnly() {
        return new LaneClassifier() {
            @Override
            public String classOf(InetAddress address) {
                return LaneView.DEFAULT_CLASS;
            }

            @Override
            public List<String> names() {
                return List.of(LaneView.DEFAULT_CLASS);
            }
        };
    }
}
