// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.io.IOException;
import java.lang.reflect.Field;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import tech.kwik.agent15.ProtectionKeysType;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.agent15.TlsConstants.SignatureScheme;
import tech.kwik.agent15.TlsProtocolException;
import tech.kwik.agent15.engine.ServerMessageSender;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.agent15.engine.TlsSessionRegistry;
import tech.kwik.agent15.engine.TlsStatusEventHandler;
import tech.kwik.agent15.engine.impl.TlsServerEngineImpl;
import tech.kwik.agent15.handshake.ClientHello;

/// TLS engines that choose TLS_CHACHA20_POLY1305_SHA256 whenever the peer offers it, because that is the suite the data
/// plane speaks. agent15 alone takes the peer's first choice.
final class PreferChaCha20 extends TlsServerEngineFactory {
    private static final TlsSessionRegistry NO_RESUMPTION = new NoResumption();

    PreferChaCha20(KeyStore keyStore, String alias, char[] password) throws CertificateException {
        super(keyStore, alias, password, null);
    }

    @Override
    @SuppressWarnings("unchecked") // field types as in agent15's source
    public TlsServerEngine createServerEngine(ServerMessageSender sender, TlsStatusEventHandler handler) {
        Class<?> type = TlsServerEngineFactory.class;
        return new Engine(
                (List<X509Certificate>) read(this, type, "certificateChain"),
                (PrivateKey) read(this, type, "certificateKey"),
                (List<SignatureScheme>) read(this, type, "preferredSignatureSchemes"),
                sender,
                handler,
                NO_RESUMPTION);
    }

    private static final class Engine extends TlsServerEngineImpl {
        Engine(
                List<X509Certificate> chain,
                PrivateKey key,
                List<SignatureScheme> schemes,
                ServerMessageSender sender,
                TlsStatusEventHandler handler,
                TlsSessionRegistry sessions) {
            super(chain, key, schemes, sender, handler, sessions);
        }

        @Override
        @SuppressWarnings("unchecked") // Set<CipherSuite> in agent15's source
        public void received(ClientHello hello, ProtectionKeysType keys) throws TlsProtocolException, IOException {
            if (hello.getCipherSuites().contains(CipherSuite.TLS_CHACHA20_POLY1305_SHA256)) {
                var supported = (Set<CipherSuite>) read(this, TlsServerEngineImpl.class, "supportedCiphers");
                supported.retainAll(Set.of(CipherSuite.TLS_CHACHA20_POLY1305_SHA256));
            }
            super.received(hello, keys);
        }
    }

    private static Object read(Object owner, Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this agent15 has no field " + name + "; Weir works with agent15 3.1", e);
        }
    }
}
