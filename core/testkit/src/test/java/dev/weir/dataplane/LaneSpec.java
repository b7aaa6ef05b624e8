// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.wire.quic.AeadKeys;
import java.nio.ByteBuffer;

/// A lane as a test wants it: one subscriber connection with everything it may send. Its number tells its address and port.
final class LaneSpec {
    /// UDP port of lane 0's subscriber; the others follow.
    static final int FIRST_PORT = 20_000;

    final int index;
    byte[] connectionId = Bytes.filled(8, 0x5a);
    final boolean ipv6;
    byte[] destinationMac = new byte[6];
    byte[] sourceMac = {2, 0, 0, 0, 0, 1};
    int generation = 1;
    int flags;
    int maxUdpPayload = 1500;
    int maxDatagramFrame = 65_535;
    long nextNumber = 1000;
    long switchNumber = Long.MAX_VALUE;
    long numberLimit = Long.MAX_VALUE;
    long congestionWindow = 1L << 60;
    long reserved;
    long connectionData = 1L << 60;
    long streamDataLimit = 1L << 60;
    long nextStreamId = 3;
    long streamIdLimit = 1L << 40;

    private byte[] address;

    private LaneSpec(int index, boolean ipv6) {
        this.index = index;
        this.ipv6 = ipv6;
        this.address = ipv6 ? ByteBuffer.allocate(16).putInt(0xfd090002).putInt(12, index + 16).array() : new byte[] {10, 9, 2, (byte) index};
    }

    static LaneSpec ipv4(int index) {
        return new LaneSpec(index, false);
    }

    static LaneSpec ipv6(int index) {
        return new LaneSpec(index, true);
    }

    /// A lane to an interface that exists.
    static LaneSpec to(int index, byte[] address, byte[] destinationMac, byte[] sourceMac) {
        var spec = new LaneSpec(index, address.length == 16);
        spec.address = address;
        spec.destinationMac = destinationMac;
        spec.sourceMac = sourceMac;
        return spec;
    }

    /// A lane of the given address family whose subscriber chose a connection ID of so many bytes.
    static LaneSpec withConnectionId(int index, boolean ipv6, int length) {
        var spec = ipv6 ? ipv6(index) : ipv4(index);
        spec.connectionId = Bytes.filled(length, index);
        return spec;
    }

    AeadKeys keys() {
        return TestKeys.of("lane " + index);
    }

    AeadKeys nextKeys() {
        return TestKeys.next("lane " + index);
    }

    int port() {
        return FIRST_PORT + index;
    }

    byte[] address() {
        return address;
    }
}
