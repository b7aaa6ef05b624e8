// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.impl.DecryptionException;

/// Stands before Kwik's 1-RTT read keys and makes the key a function of the packet number as well (DESIGN rule 2). Kwik forgets the
/// keys before an update with the first packet of the new phase, so that every packet which that one has overtaken is lost, and
/// derives keys anew for each of them. Here the old keys stay for three probe timeouts and the next ones are known beforehand
/// (RFC 9001 sections 6.3 and 6.5).
///
/// Packets are opened by one thread at a time; keys may be asked for by any.
final class ReadKeys implements Aead {
    private static final int NONCE = 12;

    private final KeyUpdateSupport delegate;
    private final LongSupplier endOfOld;
    private volatile Phase phase;
    private @Nullable BaseAeadImpl old;
    private volatile long oldUntil;
    private volatile boolean nextGiven;
    private Aead peer = this;
    private long lowestOfPhase = Long.MAX_VALUE;
    private short phaseOfPacket;
    private long openedWithNext = -1;

    /// The keys of one moment.
    ///
    /// @param current in force
    /// @param next those after the next update
    /// @param bit key phase bit of the current ones
    record Phase(BaseAeadImpl current, BaseAeadImpl next, int bit) {}

    /// @param delegate Kwik's wrapper
    /// @param endOfOld asked when keys were updated: until when the old ones serve, as [System#nanoTime]
    ReadKeys(KeyUpdateSupport delegate, LongSupplier endOfOld) {
        this.delegate = delegate;
        this.endOfOld = endOfOld;
        this.phase = phase(KwikInternals.keyed(delegate));
        this.oldUntil = System.nanoTime();
    }

    KeyUpdateSupport delegate() {
        return delegate;
    }

    private Phase phase(BaseAeadImpl current) {
        return new Phase(current, KwikInternals.keyed(KwikInternals.next(delegate)), delegate.getKeyPhase());
    }

    Phase phase() {
        return phase;
    }

    /// Whether the keys before the last update serve no longer: the next ones may have their place.
    boolean isOldOver(long now) {
        return now - oldUntil >= 0;
    }

    /// Whether the next keys may have the place of the old ones since the last call that said so, or the last update.
    boolean nextFallsDue(long now) {
        if (nextGiven || !isOldOver(now)) {
            return false;
        }
        nextGiven = true;
        return true;
    }

    @Override
    public void checkKeyPhase(short keyPhaseBit) {
        phaseOfPacket = keyPhaseBit;
    }

    /// Kwik makes the nonce from it, from which the packet number follows.
    @Override
    public byte[] getIv() {
        return phase.current.getIv();
    }

    @Override
    public byte[] aeadDecrypt(byte[] associatedData, byte[] message, byte[] nonce) throws DecryptionException {
        openedWithNext = -1;
        Phase now = phase;
        long number = packetNumber(now.current, nonce);
        if (phaseOfPacket == now.bit) {
            byte[] opened = now.current.aeadDecrypt(associatedData, message, nonce);
            lowestOfPhase = Math.min(lowestOfPhase, number);
            return opened;
        }
        BaseAeadImpl before = old;
        if (before != null && number < lowestOfPhase) {
            if (isOldOver(System.nanoTime())) {
                throw new DecryptionException("packet " + number + " came too long after the key update");
            }
            return before.aeadDecrypt(associatedData, message, nonce(now.current, before, nonce));
        }
        byte[] opened = now.next.aeadDecrypt(associatedData, message, nonce(now.current, now.next, nonce));
        openedWithNext = number;
        return opened;
    }

    private static long packetNumber(BaseAeadImpl current, byte[] nonce) {
        byte[] iv = current.getIv();
        long number = 0;
        for (int i = NONCE - Long.BYTES; i < NONCE; i++) {
            number = number << 8 | (nonce[i] ^ iv[i]) & 0xff;
        }
        return number;
    }

    private static byte[] nonce(BaseAeadImpl current, BaseAeadImpl keys, byte[] ofCurrent) {
        byte[] iv = current.getIv();
        byte[] other = keys.getIv();
        byte[] result = new byte[NONCE];
        for (int i = 0; i < NONCE; i++) {
            result[i] = (byte) (ofCurrent[i] ^ iv[i] ^ other[i]);
        }
        return result;
    }

    /// The packet was authentic: if it came with the next keys, the peer has updated. Kwik lets our write keys follow.
    @Override
    public void confirmKeyUpdateIfInProgress() {
        if (openedWithNext < 0) {
            return;
        }
        lowestOfPhase = openedWithNext;
        openedWithNext = -1;
        Phase before = phase;
        old = before.current;
        oldUntil = endOfOld.getAsLong();
        nextGiven = false;
        delegate.checkKeyPhase(phaseOfPacket);
        delegate.setPeerAead(this); // whose counter is never behind: our write keys follow when our own state is complete
        delegate.confirmKeyUpdateIfInProgress();
        delegate.setPeerAead(peer);
        phase = phase(before.next);
        if (peer.getKeyUpdateCounter() < delegate.getKeyUpdateCounter()) {
            peer.computeKeyUpdate(true);
        }
    }

    @Override
    public void cancelKeyUpdateIfInProgress() {
        openedWithNext = -1;
    }

    @Override
    public byte[] createHeaderProtectionMask(byte[] sample) {
        return phase.current.createHeaderProtectionMask(sample);
    }

    @Override
    public byte[] aeadEncrypt(byte[] associatedData, byte[] message, byte[] nonce) {
        return phase.current.aeadEncrypt(associatedData, message, nonce);
    }

    @Override
    public short getKeyPhase() {
        return delegate.getKeyPhase();
    }

    @Override
    public int getKeyUpdateCounter() {
        return delegate.getKeyUpdateCounter();
    }

    @Override
    public void computeKeyUpdate(boolean selfInitiated) {
        delegate.computeKeyUpdate(selfInitiated);
    }

    @Override
    public byte[] computeNextApplicationTrafficSecret() {
        return phase.current.computeNextApplicationTrafficSecret();
    }

    @Override
    public void setPeerAead(Aead peerAead) {
        peer = peerAead;
        delegate.setPeerAead(peerAead);
    }

    @Override
    public byte[] getTrafficSecret() {
        return phase.current.getTrafficSecret();
    }

    @Override
    public byte[] getHp() {
        return phase.current.getHp();
    }
}
