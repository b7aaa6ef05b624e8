// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.Aes128Gcm;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.Logger;
import tech.kwik.core.log.NullLogger;

/// Write keys that are used for no more packets than is safe (RFC 9001 section 6.6).
class KeySwitchTests {
    private static final int LIMIT = 1000;
    private static final Logger LOG = new NullLogger();

    private long number;
    private int usedUp;
    private int asked;
    private final Map<Integer, Integer> sealed = new HashMap<>();
    private final KeyUpdateSupport keys = new KeyUpdateSupport(
            new Aes128Gcm(Version.QUIC_version_1, Role.Server, true, new byte[32], null, LOG),
            Role.Server,
            (role, secret, hp) -> new Aes128Gcm(Version.QUIC_version_1, role, true, secret, hp, LOG),
            LOG);
    private final KeySwitch gate = new KeySwitch(keys, () -> number, new KeyLimits(LIMIT, 1), new KeySwitch.Listener() {
        @Override
        public void keysChange(Supplier<Aead> update, LongConsumer switchAt) {
            update.get();
            switchAt.accept(number + 1);
        }

        @Override
        public void acknowledgementNeeded() {
            asked++;
        }

        @Override
        public void keysUsedUp() {
            usedUp++;
        }
    });

    private void seal(int packets) {
        for (int i = 0; i < packets; i++) {
            int updates = keys.getKeyUpdateCounter(); // the first packet of new keys is one after the update
            assertThat(gate.getKeyPhase()).isEqualTo((short) (updates % 2));
            gate.aeadEncrypt(new byte[10], new byte[20], ByteBuffer.allocate(12).putLong(4, number).array());
            sealed.merge(updates, 1, Integer::sum);
            number++;
        }
    }

    @Test
    void aKeyIsReplacedBeforeItIsUsedUp() {
        for (int i = 0; i < 40; i++) {
            seal(100);
            gate.acknowledged(number - 1);
        }
        assertThat(sealed.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(LIMIT));
        assertThat(sealed).hasSizeGreaterThan(4);
        assertThat(usedUp).isZero();
    }

    @Test
    void noKeyIsReplacedBeforeThePeerHasAcknowledgedAPacketOfIt() {
        gate.acknowledged(0);
        seal(LIMIT / 2 + 1);
        assertThat(keys.getKeyUpdateCounter()).isEqualTo(1);
        gate.acknowledged(LIMIT / 2);
        seal(LIMIT - 100);
        assertThat(keys.getKeyUpdateCounter()).isEqualTo(1);
        assertThat(asked).isBetween(10, 16);
        gate.acknowledged(LIMIT / 2 + 1);
        seal(1);
        assertThat(keys.getKeyUpdateCounter()).isEqualTo(2);
        assertThat(usedUp).isZero();
    }

    @Test
    void aConnectionWithoutAnotherKeyEndsBeforeThereIsAPacketTooMany() {
        seal(LIMIT - 65);
        assertThat(usedUp).isZero();
        seal(1);
        assertThat(usedUp).isEqualTo(1);
        seal(64);
        assertThat(usedUp).isEqualTo(1);
        assertThatThrownBy(() -> seal(1)).hasMessageContaining("sealed 1000 packets");
        assertThat(sealed).containsEntry(0, LIMIT);
    }

    @Test
    void anUpdateOfThePeersIsFollowedOnce() {
        gate.follow(1);
        gate.follow(1);
        assertThat(keys.getKeyUpdateCounter()).isEqualTo(1);
    }
}
