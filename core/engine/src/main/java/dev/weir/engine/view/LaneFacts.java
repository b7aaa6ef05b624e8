// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

/// What the kernel's entry of a lane says, its keys left out.
///
/// @param isLive whether copies may be made for it
/// @param generation counts its populations
/// @param device name of the device that its packets leave by
/// @param maxUdpPayload peer's max_udp_payload_size and the device's MTU, whichever is less, bytes
/// @param maxDatagramFrame peer's max_datagram_frame_size, bytes; 0: it takes none
/// @param streamDataLimit peer's initial_max_stream_data_uni, bytes
/// @param packetNumberLimit numbers from here on are not used with the present key
public record LaneFacts(
        boolean isLive,
        int generation,
        String device,
        int maxUdpPayload,
        int maxDatagramFrame,
        long streamDataLimit,
        long packetNumberLimit) {
    /// A lane that the kernel does not know.
    public static final LaneFacts NONE = new LaneFacts(false, 0, "", 0, 0, 0, 0);
}
