// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Relay;
import dev.weir.engine.Session;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;
import tech.kwik.core.server.impl.SharedThreadConnection;

/// Makes [RelayConnection]s where Kwik would make its own.
final class RelayConnectionFactory extends ServerConnectionFactory {
    private final Relay relay;
    private final Executor threads;
    private final DatagramSocket socket;
    private final TlsServerEngineFactory tls;
    private final ServerConnectionConfig configuration;
    private final ApplicationProtocolRegistry protocols;
    private final ServerConnectionRegistry registry;
    private final Consumer<ServerConnectionImpl> closeCallback;
    private final Logger logger;
    private final Function<BaseAeadImpl, KeyLimits> keyLimits;

    private RelayConnectionFactory(
            Relay relay,
            Executor threads,
            DatagramSocket socket,
            TlsServerEngineFactory tls,
            ServerConnectionConfig configuration,
            ApplicationProtocolRegistry protocols,
            ServerConnectionRegistry registry,
            Consumer<ServerConnectionImpl> closeCallback,
            Logger logger,
            Function<BaseAeadImpl, KeyLimits> keyLimits) {
        super(socket, tls, configuration, protocols, registry, closeCallback, logger);
        this.relay = relay;
        this.threads = threads;
        this.socket = socket;
        this.tls = tls;
        this.configuration = configuration;
        this.protocols = protocols;
        this.registry = registry;
        this.closeCallback = closeCallback;
        this.logger = logger;
        this.keyLimits = keyLimits;
    }

    /// Puts a factory for `relay` into a connector that was built but not started.
    ///
    /// @param threads where received datagrams are processed
    /// @param keyLimits how much keys of a cipher may be used for
    static void install(
            Relay relay,
            Executor threads,
            ServerConnector connector,
            DatagramSocket socket,
            TlsServerEngineFactory tls,
            ServerConnectionConfig configuration,
            Logger logger,
            Function<BaseAeadImpl, KeyLimits> keyLimits) {
        var factory = new RelayConnectionFactory(
                relay,
                threads,
                socket,
                tls,
                configuration,
                KwikInternals.applicationProtocols(connector),
                KwikInternals.connectionRegistry(connector),
                KwikInternals.closeCallback(KwikInternals.factory(connector)),
                logger,
                keyLimits);
        KwikInternals.replaceFactory(connector, factory);
    }

    @Override
    public ServerConnectionProxy createServerConnectionProxy(
            ServerConnectionImpl connection, List<InitialPacket> initialPackets, ByteBuffer data, PacketMetaData metaData) {
        return new SharedThreadConnection(threads, connection, initialPackets, data, metaData, logger);
    }

    @Override
    public ServerConnectionImpl createNewConnection(
            Version version, InetSocketAddress peer, byte[] peerConnectionId, byte[] originalDestination, CryptoStream crypto) {
        Session session = relay.newSession();
        return new RelayConnection(
                version,
                socket,
                peer,
                peerConnectionId,
                originalDestination,
                crypto,
                tls,
                configuration,
                protocols,
                registry,
                closeCallback,
                new ConnectionLog(session),
                session,
                keyLimits);
    }
}
