// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.impl.DecryptionException;

/// Stands before Kwik's 1-RTT write keys and makes the key a function of the packet number (DESIGN rule 2): numbers below
/// [#switchNumber] are sealed with the old keys, even if the packet is assembled before and sealed after the update.
/// Kwik alone would switch at some moment, and the kernel at another.
final class KeySwitch implements Aead {
    /// Tells the kernel of the coming keys.
    interface Listener {
        /// @param update does the update when it is called, once, and gives the wrapper's state after it; whoever asks for our keys
        ///     in between must be kept waiting, or would use the new ones for numbers that belong to the old
        /// @return the first packet number of the new keys
        long keysChange(Supplier<Aead> update);
    }

    private final Aead delegate;
    private final LongSupplier packetNumber;
    private final Listener listener;
    private volatile Aead old;
    private volatile Aead current;
    private volatile short oldPhase;
    private volatile long switchNumber;

    /// @param delegate Kwik's wrapper
    /// @param packetNumber the number of the packet that the sender thread builds
    KeySwitch(Aead delegate, LongSupplier packetNumber, Listener listener) {
        this.delegate = delegate;
        this.packetNumber = packetNumber;
        this.listener = listener;
        this.current = KwikInternals.keyed(delegate);
        this.old = current;
        this.oldPhase = delegate.getKeyPhase();
    }

    Aead delegate() {
        return delegate;
    }

    private boolean isOld() {
        return packetNumber.getAsLong() < switchNumber;
    }

    @Override
    public void computeKeyUpdate(boolean selfInitiated) {
        if (!selfInitiated) {
            delegate.computeKeyUpdate(false);
            return;
        }
        old = KwikInternals.keyed(delegate);
        oldPhase = delegate.getKeyPhase();
        switchNumber = Long.MAX_VALUE; // whatever is being built now keeps the old keys
        switchNumber = listener.keysChange(() -> {
            delegate.computeKeyUpdate(true);
            current = KwikInternals.keyed(delegate);
            return delegate;
        });
    }

    @Override
    public byte[] createHeaderProtectionMask(byte[] sample) {
        return delegate.createHeaderProtectionMask(sample);
    }

    @Override
    public byte[] getIv() {
        return isOld() ? old.getIv() : current.getIv();
    }

    @Override
    public byte[] aeadEncrypt(byte[] associatedData, byte[] message, byte[] nonce) {
        return isOld()
                ? old.aeadEncrypt(associatedData, message, nonce)
                : current.aeadEncrypt(associatedData, message, nonce);
    }

    @Override
    public short getKeyPhase() {
        return isOld() ? oldPhase : delegate.getKeyPhase();
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
