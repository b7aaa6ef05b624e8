// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.impl.DecryptionException;

/// Stands before Kwik's 1-RTT write keys and makes the key a function of the packet number (DESIGN rule 2): numbers below
/// the switch are sealed with the old keys, even if the packet is assembled before and sealed after the update.
/// Kwik alone would switch at some moment, and the kernel at another.
///
/// Counts what each key seals, and updates keys when half of what one may seal is used up and the peer has acknowledged a packet
/// that has it (RFC 9001 sections 6.1 and 6.6). If it has not, the connection ends before there is one packet too many.
final class KeySwitch implements Aead {
    /// Tells the kernel of the coming keys.
    interface Listener {
        /// @param update does the update when it is called, once, and gives the wrapper's state after it; whoever asks for our keys
        ///     in between must be kept waiting, or would use the new ones for numbers that belong to the old
        /// @param switchAt hears the first packet number of the new keys before anybody draws it; if more than once, the last call holds
        void keysChange(Supplier<Aead> update, LongConsumer switchAt);

        /// Keys cannot be updated before the peer acknowledges a packet of those in use, and it need not acknowledge ACKs.
        void acknowledgementNeeded();

        /// A key may seal hardly another packet, and there is no other key: the connection has to end.
        void keysUsedUp();
    }

    /// How often an acknowledgement is asked for while a key is used up.
    private static final int ASKING = 32;
    /// Packets of the last key that are kept for saying goodbye, if it may seal so many.
    private static final int FAREWELL = 64;

    private final Aead delegate;
    private final LongSupplier packetNumber;
    private final Listener listener;
    private final KeyLimits limits;
    private final Lock updating = new ReentrantLock();
    private volatile Epoch newest;
    private volatile long largestAcknowledged = -1;

    /// The keys between two updates.
    ///
    /// @param first the first packet number of these keys
    /// @param sealed packets sealed with them
    /// @param before the keys of the numbers below
    private record Epoch(Aead keys, short phase, long first, AtomicLong sealed, @Nullable Epoch before) {
        /// Without what no packet on its way out can still ask for.
        Epoch shortened() {
            return new Epoch(keys, phase, first, sealed, before == null ? null : before.alone());
        }

        private Epoch alone() {
            return new Epoch(keys, phase, first, sealed, null);
        }
    }

    /// @param delegate Kwik's wrapper
    /// @param packetNumber the number of the packet that the sender thread builds
    KeySwitch(Aead delegate, LongSupplier packetNumber, KeyLimits limits, Listener listener) {
        this.delegate = delegate;
        this.packetNumber = packetNumber;
        this.limits = limits;
        this.listener = listener;
        this.newest = new Epoch(KwikInternals.keyed(delegate), delegate.getKeyPhase(), 0, new AtomicLong(), null);
    }

    Aead delegate() {
        return delegate;
    }

    private Epoch epoch() {
        long number = packetNumber.getAsLong();
        Epoch found = newest;
        while (number < found.first && found.before != null) {
            found = found.before;
        }
        return found;
    }

    @Override
    public void computeKeyUpdate(boolean selfInitiated) {
        if (selfInitiated) {
            update(() -> true);
        } else {
            delegate.computeKeyUpdate(false);
        }
    }

    /// The peer has updated its keys so many times, and ours follow unless they have gone before.
    void follow(int updates) {
        update(() -> delegate.getKeyUpdateCounter() < updates);
    }

    private void update(BooleanSupplier isDue) {
        updating.lock();
        try {
            if (isDue.getAsBoolean()) {
                Epoch before = newest.shortened();
                var sealed = new AtomicLong();
                listener.keysChange(
                        () -> {
                            delegate.computeKeyUpdate(true);
                            return delegate;
                        },
                        number -> newest = new Epoch(
                                KwikInternals.keyed(delegate), delegate.getKeyPhase(), number, sealed, before));
            }
        } finally {
            updating.unlock();
        }
    }

    /// The peer has acknowledged 1-RTT packets.
    ///
    /// @param largest packet number among them
    void acknowledged(long largest) {
        largestAcknowledged = Math.max(largestAcknowledged, largest); // by one thread at a time
    }

    @Override
    public byte[] createHeaderProtectionMask(byte[] sample) {
        return delegate.createHeaderProtectionMask(sample);
    }

    @Override
    public byte[] getIv() {
        return epoch().keys.getIv();
    }

    @Override
    public byte[] aeadEncrypt(byte[] associatedData, byte[] message, byte[] nonce) {
        Epoch epoch = epoch();
        long uses = epoch.sealed.incrementAndGet();
        if (uses > limits.sealed()) {
            throw new IllegalStateException("a packet was to be sealed with a key that has sealed " + limits.sealed()
                    + " packets, as many as RFC 9001 section 6.6 allows");
        }
        byte[] sealed = epoch.keys.aeadEncrypt(associatedData, message, nonce);
        if (uses > limits.sealed() / 2) {
            renew(epoch, uses);
        }
        return sealed;
    }

    private void renew(Epoch used, long uses) {
        if (used == newest && largestAcknowledged >= used.first) {
            update(() -> used == newest);
        } else if (uses == limits.sealed() - Math.min(FAREWELL, limits.sealed() / 4)) {
            listener.keysUsedUp();
        } else if (used == newest && uses % Math.max(1, limits.sealed() / ASKING) == 0) {
            listener.acknowledgementNeeded();
        }
    }

    @Override
    public short getKeyPhase() {
        return epoch().phase;
    }

    @Override
    public byte[] aeadDecrypt(byte[] associatedData, byte[] message, byte[] nonce) throws DecryptionException {
        return delegate.aeadDecrypt(associatedData, message, nonce);
    }

    @Override
    public void checkKeyPhase(short keyPhaseBit) {
        delegate.checkKeyPhase(keyPhaseBit);
    }

    @Override
    public byte[] computeNextApplicationTrafficSecret() {
        return delegate.computeNextApplicationTrafficSecret();
    }

    @Override
    public void confirmKeyUpdateIfInProgress() {
        delegate.confirmKeyUpdateIfInProgress();
    }

    @Override
    public void cancelKeyUpdateIfInProgress() {
        delegate.cancelKeyUpdateIfInProgress();
    }

    @Override
    public int getKeyUpdateCounter() {
        return delegate.getKeyUpdateCounter();
    }

    @Override
    public void setPeerAead(Aead peerAead) {
        delegate.setPeerAead(peerAead);
    }

    @Override
    public byte[] getTrafficSecret() {
        return delegate.getTrafficSecret();
    }

    @Override
    public byte[] getHp() {
        return delegate.getHp();
    }
}
