// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.LongSupplier;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.impl.DecryptionException;

/// Stands before Kwik's 1-RTT read keys and makes the key a function of the packet number as well (DESIGN rule 2). Kwik forgets the
/// keys before an update with the first packet of the new phase, so that every packet which that one has overtaken is lost, and
/// derives keys anew for each of them. Here the old keys stay for three probe timeouts and the next ones are known beforehand
/// (RFC 9001 sections 6.3 and 6.5). A peer that updates again sooner than section 6.5 asks for loses nothing either: the keys of some
/// updates before are kept as long, and the packet numbers tell them from those whose key phase bit is the same.
///
/// Packets are opened by one thread at a time; keys may be asked for by any.
final class ReadKeys implements Aead {
    private static final int NONCE = 12;
    /// Updates whose keys are kept.
    private static final int KEPT = 8;

    private final KeyUpdateSupport delegate;
    private final LongSupplier endOfOld;
    private final KeyLimits limits;
    private final Runnable usedUp;
    private volatile Phase phase;
    /// The newest first.
    private final Deque<Old> olds = new ArrayDeque<>();
    private volatile long oldUntil;
    private volatile boolean nextGiven;
    private Aead peer = this;
    private long lowestOfPhase = Long.MAX_VALUE;
    private short phaseOfPacket;
    private long openedWithNext = -1;
    private long forged;

    /// The keys of one moment.
    ///
    /// @param current in force
    /// @param next those after the next update
    /// @param bit key phase bit of the current ones
    record Phase(BaseAeadImpl current, BaseAeadImpl next, int bit) {}

    /// Keys that an update has put out of force.
    ///
    /// @param lowest the smallest number of a packet that was opened with them
    /// @param until when they go, as [System#nanoTime]
    private record Old(BaseAeadImpl keys, int bit, long lowest, long until) {}

    /// @param delegate Kwik's wrapper
    /// @param endOfOld asked when keys were updated: until when the old ones serve, as [System#nanoTime]
    /// @param limits of the keys
    /// @param usedUp what is to be done when so much was not authentic that the connection has to end
    ReadKeys(KeyUpdateSupport delegate, LongSupplier endOfOld, KeyLimits limits, Runnable usedUp) {
        this.delegate = delegate;
        this.endOfOld = endOfOld;
        this.limits = limits;
        this.usedUp = usedUp;
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

    /// Counts what is not authentic, by all keys of the connection together (RFC 9001 section 6.6). The kernel's failures are among
    /// it, since it passes up what it cannot open.
    @Override
    public byte[] aeadDecrypt(byte[] associatedData, byte[] message, byte[] nonce) throws DecryptionException {
        try {
            return open(associatedData, message, nonce);
        } catch (DecryptionException e) {
            if (++forged == limits.forged()) {
                usedUp.run();
            }
            throw e;
        }
    }

    private byte[] open(byte[] associatedData, byte[] message, byte[] nonce) throws DecryptionException {
        openedWithNext = -1;
        Phase now = phase;
        long number = packetNumber(now.current, nonce);
        Old before = olds.peekFirst();
        if (phaseOfPacket == now.bit && (before == null || number >= before.lowest)) {
            byte[] opened = now.current.aeadDecrypt(associatedData, message, nonce);
            lowestOfPhase = Math.min(lowestOfPhase, number);
            return opened;
        }
        if (before != null && number < lowestOfPhase) {
            BaseAeadImpl keys = oldKeys(number);
            return keys.aeadDecrypt(associatedData, message, nonce(now.current, keys, nonce));
        }
        byte[] opened = now.next.aeadDecrypt(associatedData, message, nonce(now.current, now.next, nonce));
        openedWithNext = number;
        return opened;
    }

    /// The keys of a packet from before the last update. Packets of one phase have smaller numbers than all of the next one, so
    /// the number tells apart what has the same key phase bit.
    private BaseAeadImpl oldKeys(long number) throws DecryptionException {
        Iterator<Old> candidates = olds.iterator();
        Old found = candidates.next();
        while (candidates.hasNext() && (found.bit != phaseOfPacket || number < found.lowest)) {
            Old older = candidates.next();
            if (found.bit == phaseOfPacket && number >= older.lowest) {
                break; // overtaken by all others of its phase, but after the phase before
            }
            found = older;
        }
        if (found.bit != phaseOfPacket || System.nanoTime() - found.until >= 0) {
            throw new DecryptionException("packet " + number + " came too long after the key update");
        }
        return found.keys;
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
        Phase before = phase;
        oldUntil = endOfOld.getAsLong();
        olds.addFirst(new Old(before.current, before.bit, Math.min(lowestOfPhase, openedWithNext), oldUntil));
        if (olds.size() > KEPT) {
            olds.removeLast();
        }
        lowestOfPhase = openedWithNext;
        openedWithNext = -1;
        nextGiven = false;
        delegate.checkKeyPhase(phaseOfPacket);
        delegate.setPeerAead(this); // whose counter is never behind: our write keys follow when our own state is complete
        delegate.confirmKeyUpdateIfInProgress();
        delegate.setPeerAead(peer);
        phase = phase(before.next);
        if (peer instanceof KeySwitch ours) {
            ours.follow(delegate.getKeyUpdateCounter());
        } else if (peer.getKeyUpdateCounter() < delegate.getKeyUpdateCounter()) {
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
