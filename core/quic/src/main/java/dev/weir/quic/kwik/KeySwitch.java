// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.impl.DecryptionException;

/// Stands before Kwik's 1-RTT write keys and makes the key a function of the packet number (DESIGN rule 2): numbers below
/// the switch are sealed with the old keys, even if the packet is assembled before and sealed after the update.
/// Kwik alone would switch at some moment, and the kernel at another.
final class KeySwitch implements Aead {
    /// Tells the kernel of the coming keys.
    interface Listener {
        /// @param update does the update when it is called, once, and gives the wrapper's state after it; whoever asks for our keys
        ///     in between must be kept waiting, or would use the new ones for numbers that belong to the old
        /// @param switchAt hears the first packet number of the new keys before anybody draws it; if more than once, the last call holds
        void keysChange(Supplier<Aead> update, LongConsumer switchAt);
    }

    private final Aead delegate;
    private final LongSupplier packetNumber;
    private final Listener listener;
    private volatile Epoch newest;

    /// The keys between two updates.
    ///
    /// @param first the first packet number of these keys
    /// @param before the keys of the numbers below
    private record Epoch(Aead keys, short phase, long first, @Nullable Epoch before) {
        /// Without what no packet on its way out can still ask for.
        Epoch shortened() {
            return new Epoch(keys, phase, first, before == null ? null : new Epoch(before.keys, before.phase, before.first, null));
        }
    }

    /// @param delegate Kwik's wrapper
    /// @param packetNumber the number of the packet that the sender thread builds
    KeySwitch(Aead delegate, LongSupplier packetNumber, Listener listener) {
        this.delegate = delegate;
        this.packetNumber = packetNumber;
        this.listener = listener;
        this.newest = new Epoch(KwikInternals.keyed(delegate), delegate.getKeyPhase(), 0, null);
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
        if (!selfInitiated) {
            delegate.computeKeyUpdate(false);
            return;
        }
        Epoch before = newest.shortened();
        listener.keysChange(
                () -> {
                    delegate.computeKeyUpdate(true);
                    return delegate;
                },
                number -> newest = new Epoch(KwikInternals.keyed(delegate), delegate.getKeyPhase(), number, before));
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
        return epoch().keys.aeadEncrypt(associatedData, message, nonce);
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
