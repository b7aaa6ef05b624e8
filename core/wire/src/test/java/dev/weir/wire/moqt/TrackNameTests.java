// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackNameTests {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void textIsSplitAtSlashes() {
        assertThat(TrackNamespace.parse("live/cam1")).isEqualTo(TrackNamespace.of("live", "cam1"));
        assertThat(TrackNamespace.parse("")).isEqualTo(TrackNamespace.of(List.of()));
        assertThat(FullTrackName.of("live/cam1", "video")).hasToString("live/cam1/video");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "live/", "/live", "live//cam1"})
    void emptyFieldsAreRefused(String text) {
        assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> TrackNamespace.parse(text));
    }

    @Test
    void prefixIsOfWholeFields() {
        TrackNamespace name = TrackNamespace.of("live", "cam1");

        assertThat(TrackNamespace.of(List.of()).isPrefixOf(name)).isTrue();
        assertThat(TrackNamespace.of("live").isPrefixOf(name)).isTrue();
        assertThat(name.isPrefixOf(name)).isTrue();
        assertThat(TrackNamespace.of("li").isPrefixOf(name)).isFalse();
        assertThat(TrackNamespace.of("live", "cam").isPrefixOf(name)).isFalse();
        assertThat(TrackNamespace.of("live", "cam1", "x").isPrefixOf(name)).isFalse();
    }

    @Test
    void equalityIsByBytes() {
        FullTrackName name = FullTrackName.of("live/cam1", "video");
        FullTrackName same = FullTrackName.of("live/cam1", "video");

        assertThat(name).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(name).isNotEqualTo(FullTrackName.of("live", "cam1/video"));
        assertThat(name).isNotEqualTo(FullTrackName.of("live/cam1", "Video"));
        assertThat(new FullTrackName(TrackNamespace.of("a"), new byte[] {(byte) 0xff}))
                .isNotEqualTo(new FullTrackName(TrackNamespace.of("a"), new byte[] {(byte) 0xfe}));
    }

    @Test
    void limitsAreThoseOfTheDraft() {
        List<byte[]> most = Collections.nCopies(TrackNamespace.MAX_FIELDS, bytes("f"));
        assertThat(TrackNamespace.of(most).fields()).hasSize(32);
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> TrackNamespace.of(Collections.nCopies(33, bytes("f"))))
                .matches(e -> e.error() == SessionError.PROTOCOL_VIOLATION);

        TrackNamespace long1 = TrackNamespace.of(List.of(new byte[4000]));
        assertThat(new FullTrackName(long1, new byte[96]).name()).hasSize(96);
        assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> new FullTrackName(long1, new byte[97]));
        assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> TrackNamespace.of(List.of(new byte[4097])));
    }

    @Test
    void handedOutBytesAreCopies() {
        FullTrackName name = FullTrackName.of("live", "video");
        name.name()[0] = 0;
        name.namespace().fields().getFirst()[0] = 0;

        assertThat(name).isEqualTo(FullTrackName.of("live", "video"));
    }

    @Test
    void numberOfFieldsOnTheWireIsChecked() {
        assertThatExceptionOfType(MoqtException.class)
                .isThrownBy(() -> Wire.namespace(ByteBuffer.wrap(Vectors.hex("ffffffffffffffffff"))))
                .withMessageContaining("32");
    }

    @Test
    void locationsAreOrderedUnsigned() {
        assertThat(new Location(5, 9)).isLessThan(new Location(6, 0)).isGreaterThan(new Location(5, 8));
        assertThat(new Location(-1L, 0)).isGreaterThan(new Location(Long.MAX_VALUE, -1L));
        assertThat(new Location(0, -1L)).isGreaterThan(new Location(0, 1)).hasToString("0/18446744073709551615");
    }
}
