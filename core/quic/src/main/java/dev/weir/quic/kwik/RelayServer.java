// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.FanProtocol;
import dev.weir.engine.Framing;
import dev.weir.engine.PathMode;
import dev.weir.engine.Policies;
import dev.weir.engine.Relay;
import dev.weir.engine.RelayException;
import dev.weir.engine.RelayException.ErrorCode;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.RelaySteering;
import dev.weir.engine.RelayTracing;
import dev.weir.engine.RelayViews;
import dev.weir.engine.dataplane.KernelDataPlane;
import dev.weir.engine.view.AuditView;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.VerifierException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

/// A running relay: a UDP socket, Kwik behind it, and, where the kernel can do it, the data plane before it.
///
/// Thread-safe. Closing says GOAWAY and PUBLISH_DONE first and takes at most a second.
public final class RelayServer implements AutoCloseable {
    /// ALPN of MoQT draft-18 on raw QUIC.
    public static final String ALPN = "moqt-18";

    private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);
    private static final long TICK_MILLIS = 5;
    private static final long GOODBYE_MILLIS = 300;
    /// Own connection IDs are as long as they can be: a copy is then hardly ever longer than its original (DESIGN section 10).
    private static final int CONNECTION_ID_LENGTH = 20;

    private final Relay relay;
    private final DatagramSocket socket;
    private final ServerConnector connector;
    private final ExecutorService receivers;
    private final ScheduledExecutorService ticker;
    private final Set<RelayConnection> connections;
    private final InetSocketAddress address;
    private final boolean kernelPath;
    private final @Nullable KernelException kernelRefusal;

    private RelayServer(
            Relay relay,
            DatagramSocket socket,
            ServerConnector connector,
            ExecutorService receivers,
            Set<RelayConnection> connections,
            InetSocketAddress address,
            boolean kernelPath,
            @Nullable KernelException kernelRefusal) {
        this.relay = relay;
        this.socket = socket;
        this.connector = connector;
        this.receivers = receivers;
        this.connections = connections;
        this.address = address;
        this.kernelPath = kernelPath;
        this.kernelRefusal = kernelRefusal;
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("weir-conductor").daemon().factory());
    }

    /// Starts a relay.
    ///
    /// @throws RelayException if the address is taken, the certificate cannot be used, or the kernel path was demanded and
    ///     is not available
    public static RelayServer start(RelayOptions options) throws RelayException {
        return start(options, KeyLimits::of);
    }

    /// The same with other limits of keys than those that RFC 9001 says.
    static RelayServer start(RelayOptions options, Function<BaseAeadImpl, KeyLimits> keyLimits) throws RelayException {
        KwikInternals.waitForDataWhateverTheClockSays();
        DatagramSocket socket = RelaySocket.bind(options.listen());
        @Nullable KernelDataPlane plane = null;
        var refusal = new AtomicReference<@Nullable KernelException>();
        try {
            var address = (InetSocketAddress) socket.getLocalSocketAddress();
            plane = options.path() == PathMode.USERSPACE ? null : openDataPlane(options, address.getPort(), refusal);
            var relay = new Relay(
                    plane, options.classes(), options.lease().toNanos(), options.cacheBytes(), System::nanoTime,
                    options.congestion());
            var configuration = configuration(options);
            var tls = new PreferChaCha20(options.keyStore(), options.keyAlias(), options.keyPassword());
            var logger = new KwikLog();
            Set<RelayConnection> connections = ConcurrentHashMap.newKeySet();
            ServerConnector connector = ServerConnector.builder()
                    .withSocket(socket)
                    .withKeyStore(options.keyStore(), options.keyAlias(), options.keyPassword())
                    .withConfiguration(configuration)
                    .withLogger(logger)
                    .build();
            ExecutorService receivers = Executors.newFixedThreadPool(
                    Math.max(2, Runtime.getRuntime().availableProcessors()),
                    Thread.ofPlatform().name("weir-receiver-", 0).daemon().factory());
            RelayConnectionFactory.install(relay, receivers, connector, socket, tls, configuration, logger, keyLimits);
            connector.registerApplicationProtocol(ALPN, new RelayProtocol(connections, Framing.MOQT));
            FanProtocol fan = options.fan();
            if (fan != null) {
                connector.registerApplicationProtocol(
                        fan.publisher(), new RelayProtocol(connections, Framing.OWN_PUBLISHER));
                connector.registerApplicationProtocol(
                        fan.subscriber(), new RelayProtocol(connections, Framing.OWN_SUBSCRIBER));
            }
            var server = new RelayServer(relay, socket, connector, receivers, connections, address, plane != null, refusal.get());
            server.ticker.scheduleAtFixedRate(server::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
            connector.start();
            return server;
        } catch (CertificateException | IllegalArgumentException e) {
            closeQuietly(plane, socket);
            throw new RelayException(
                    ErrorCode.CERTIFICATE,
                    "the certificate cannot be used: " + e.getMessage() + "; give an ECDSA P-256 or RSA certificate with its key",
                    e);
        } catch (RelayException e) {
            closeQuietly(plane, socket);
            throw e;
        } catch (Exception e) { // Kwik's builder declares Exception
            closeQuietly(plane, socket);
            throw new RelayException(ErrorCode.INTERNAL, "the relay did not start: " + e.getMessage(), e);
        }
    }

    private static @Nullable KernelDataPlane openDataPlane(RelayOptions options, int port, AtomicReference<@Nullable KernelException> refusal) {
        try {
            return KernelDataPlane.open(port, options.ringBytes());
        } catch (KernelException e) {
            if (options.path() == PathMode.KERNEL) {
                throw new RelayException(ErrorCode.KERNEL, e.getMessage(), e);
            }
            refusal.set(e);
            LOG.atWarn().log("Copies are made in user space: {}", e.getMessage());
            return null;
        }
    }

    private static ServerConnectionConfig configuration(RelayOptions options) {
        return ServerConnectionConfig.builder()
                .maxIdleTimeoutInSeconds((int) options.idleTimeout().toSeconds())
                .maxConnectionBufferSize(16 << 20)
                .maxUnidirectionalStreamBufferSize(4 << 20)
                .maxBidirectionalStreamBufferSize(64 << 10)
                .maxOpenPeerInitiatedUnidirectionalStreams(RelayProtocol.DATA_STREAMS)
                .maxOpenPeerInitiatedBidirectionalStreams(RelayProtocol.REQUEST_STREAMS)
                .retryRequired(false)
                .connectionIdLength(CONNECTION_ID_LENGTH)
                .build();
    }

    private void tick() {
        try {
            relay.tick();
        } catch (RuntimeException e) {
            // The ticker must go on, or the lease would run out and the kernel would stop for ever.
            LOG.atError().setCause(e).log("the relay's periodic work failed");
        }
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return address;
    }

    /// Whether copies are made in the kernel.
    public boolean kernelPath() {
        return kernelPath;
    }

    /// Why there is no data plane although one was wanted, a sentence; empty otherwise.
    public String kernelProblem() {
        return kernelRefusal == null ? "" : String.valueOf(kernelRefusal.getMessage());
    }

    /// All that the verifier said of the data plane's program, if it refused it; empty otherwise.
    public String kernelLog() {
        return kernelRefusal instanceof VerifierException refused ? String.join("\n", refused.log()) : "";
    }

    /// Who gets what.
    public Policies policies() {
        return relay.policies();
    }

    /// What can be seen of it.
    public RelayViews views() {
        return relay.views();
    }

    /// Traces of its connections.
    public RelayTracing tracing() {
        return relay.tracing();
    }

    /// What it can be made to do.
    public RelaySteering steering() {
        return relay.steering();
    }

    /// Whether its books balance.
    public AuditView audit() {
        return relay.auditor().audit();
    }

    /// All counters under their stable names (docs/reference/counters.md).
    public Map<String, Long> statistics() {
        return relay.statistics();
    }

    /// The same without the populations of maps, which take long to count.
    public Map<String, Long> counts() {
        return relay.counts();
    }

    @Override
    public void close() {
        relay.announceShutdown();
        try {
            Thread.sleep(GOODBYE_MILLIS); // lets GOAWAY and PUBLISH_DONE leave before the connections are closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (RelayConnection connection : connections) {
            if (!connection.isClosed()) {
                connection.close(0, "the relay is shutting down");
            }
        }
        ticker.shutdown();
        connector.close(); // handshakes that are not finished use the data plane's cells until now
        relay.close();
        receivers.shutdown();
        closeQuietly(null, socket);
    }

    private static void closeQuietly(@Nullable KernelDataPlane plane, DatagramSocket socket) {
        if (plane != null) {
            plane.close();
        }
        socket.close();
    }
}
