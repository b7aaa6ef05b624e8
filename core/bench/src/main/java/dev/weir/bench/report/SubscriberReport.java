// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;
import java.util.Map;

/// What one subscriber received.
///
/// @param address its address and port
/// @param objectsReceived objects, each counted once
/// @param sha256Equal whether the content it put together is the publisher's, byte for byte
/// @param missing published objects that did not come, or came with other content, by reason; see [MissingObjects]
/// @param duplicates objects that came again
/// @param sinkDrops packets that its own socket dropped because its receive buffer was full
/// @param rejectedPackets packets that its quiche did not accept: wrong tag, number used before, malformed
/// @param incomplete what could not be put together, the first ones
public record SubscriberReport(
        String address,
        long objectsReceived,
        boolean sha256Equal,
        Map<String, Long> missing,
        long duplicates,
        long sinkDrops,
        long rejectedPackets,
        List<String> incomplete) {}
