// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.ObjectDatagramHeader;
import org.jspecify.annotations.Nullable;

/// OBJECT_DATAGRAM: header and whole object agree, and the object can be written again.
class DatagramFuzzTests {
    @FuzzTest
    void object(byte[] datagram) {
        ObjectDatagramHeader.isPadding(datagram, 0, datagram.length);
        ObjectDatagramHeader header = header(datagram);
        ObjectDatagram object = object(header, datagram);
        if (header == null) {
            return;
        }
        assertThat(header.length()).isBetween(header.aliasOffset() + header.aliasLength() + 1, datagram.length);
        assertThat(header.payloadOffset(datagram)).isBetween(header.length(), datagram.length);
        if (object == null) {
            return;
        }
        assertThat(object.alias()).isEqualTo(header.alias());
        assertThat(object.group()).isEqualTo(header.group());
        assertThat(object.object()).isEqualTo(header.object());
        assertThat(object.payload().length).isEqualTo(datagram.length - header.payloadOffset(datagram));
        assertThat(ObjectDatagram.decode(object.encode())).isEqualTo(object);
    }

    private static @Nullable ObjectDatagramHeader header(byte[] datagram) {
        try {
            return ObjectDatagramHeader.decode(datagram, 0, datagram.length);
        } catch (MoqtException e) {
            return null;
        }
    }

    private static @Nullable ObjectDatagram object(@Nullable ObjectDatagramHeader header, byte[] datagram) {
        try {
            ObjectDatagram object = ObjectDatagram.decode(datagram);
            assertThat(header).as("no object without header").isNotNull();
            return object;
        } catch (MoqtException e) {
            return null;
        }
    }
}
