// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.media.FrameLayer;
import dev.weir.wire.moqt.Location;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/// Brings objects on their way, in one delivery mode. Event loop only.
interface ObjectSender {
    /// An object ready to go.
    ///
    /// @param layer decides on subgroup and priority; null: subgroup 0 and the track's priority
    /// @param endOfSubgroup whether it is known to be the last of its subgroup; the end of a group ends all its subgroups
    /// @param properties object properties in wire form; empty: none
    record Outgoing(
            Location location, @Nullable FrameLayer layer, boolean endOfSubgroup, boolean endOfGroup, byte[] properties, byte[] payload) {
        long subgroup() {
            return layer == null ? 0 : layer.subgroup();
        }

        @Nullable Integer priority() {
            return layer == null ? null : layer.priority();
        }
    }

    /// What becomes of an object.
    interface Outcome {
        /// quiche has taken all of it.
        void sent();

        /// It will not be sent.
        ///
        /// @param reason a word for counters
        void failed(String reason);

        /// Passes on how a write ended.
        default void of(ChannelFuture write) {
            write.addListener(done -> {
                if (done.isSuccess()) {
                    sent();
                } else {
                    failed("write_failed");
                }
            });
        }
    }

    /// Sends an object, later if there is no room now. Nothing is lost silently: the outcome is told in any case.
    void send(Outgoing object, Outcome outcome);

    /// Subgroup streams opened so far.
    long streams();
}
