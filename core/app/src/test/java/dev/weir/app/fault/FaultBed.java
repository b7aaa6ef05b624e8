// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.Trust;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.RelayProcess;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A relay process, a publisher's host and three subscribers' hosts, for tests that make the network between them unkind.
final class FaultBed implements AutoCloseable {
    /// Subscribers of every track, one per host; `-Dweir.fault.subscribers=32` is the full form.
    static final int SUBSCRIBERS = Integer.getInteger("weir.fault.subscribers", 3);
    /// `-Dweir.fault.path=userspace` has user space make all the copies.
    static final RelayPath PATH = RelayPath.valueOf(System.getProperty("weir.fault.path", "kernel").toUpperCase(Locale.ROOT));

    final Topology topology;
    final RelayProcess relay;
    private final Trust trust;
    private final Map<Host, DelayProxy> proxies = new LinkedHashMap<>();

    /// @param idle timeout of the relay
    FaultBed(String prefix, Path folder, Duration idle) throws Exception {
        topology = Topology.create(prefix, SUBSCRIBERS);
        try {
            topology.transmitChecksumOffload(false);
            DevelopmentCertificate certificate = DevelopmentCertificate.create();
            trust = new Trust.Pinned(List.of(certificate.certificate()));
            DevelopmentCertificate.PemFiles files = certificate.writePem(folder);
            relay = RelayProcess.start(topology.relay().commandLine("env", "WEIR_IDLE_TIMEOUT=" + idle.toSeconds() + "s"), PATH,
                    files.certificate(), files.key(), folder);
        } catch (Exception e) {
            topology.close();
            throw e;
        }
    }

    /// From now on, peers reach the relay through proxies on their hosts that delay packets; who is connected stays as he is.
    void delay(Delay delay) {
        closeProxies();
        topology.subscribers().forEach(host -> startProxy(host, delay));
        startProxy(topology.publisher(), delay);
    }

    private void startProxy(Host host, Delay delay) {
        proxies.put(host, DelayProxy.on(host, RelayProcess.PORT, delay));
    }

    /// Packets that others overtook, both ways on all links.
    long overtaken() {
        return proxies.values().stream().mapToLong(DelayProxy::overtaken).sum();
    }

    void closeProxies() {
        proxies.values().forEach(DelayProxy::close);
        proxies.clear();
    }

    PeerOptions options(Host host) {
        DelayProxy proxy = proxies.get(host);
        return PeerOptions.of(proxy == null ? new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT) : proxy.address(), trust);
    }

    RelayStatistics statistics() {
        return relay.statistics();
    }

    @Override
    public void close() {
        closeProxies();
        relay.close();
        topology.close();
    }
}
