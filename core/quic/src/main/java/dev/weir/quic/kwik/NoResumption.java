// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.agent15.engine.TlsSession;
import tech.kwik.agent15.engine.TlsSessionRegistry;
import tech.kwik.agent15.engine.impl.TlsState;
import tech.kwik.agent15.extension.ClientHelloPreSharedKeyExtension.PskIdentity;
import tech.kwik.agent15.handshake.NewSessionTicketMessage;

/// No session tickets: agent15's own registry keeps the secret of every connection for 24 hours, so that every connection that
/// ever came would take memory. A peer that offers a ticket of another relay gets a full handshake.
final class NoResumption implements TlsSessionRegistry {
    @Override
    public @Nullable NewSessionTicketMessage createNewSessionTicketMessage(
            byte nonce, CipherSuite suite, TlsState state, String protocol) {
        return null;
    }

    @Override
    public @Nullable NewSessionTicketMessage createNewSessionTicketMessage(
            byte nonce, CipherSuite suite, TlsState state, String protocol, Long maxEarlyDataSize, byte[] data) {
        return null;
    }

    @Override
    public @Nullable Integer selectIdentity(List<PskIdentity> identities, CipherSuite suite) {
        return null;
    }

    @Override
    public @Nullable TlsSession useSession(PskIdentity identity) {
        return null;
    }

    @Override
    public byte[] peekSessionData(PskIdentity identity) {
        throw new NoSuchElementException("no session is kept");
    }

    @Override
    public void shutdown() {
        // holds nothing
    }
}
