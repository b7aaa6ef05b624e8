// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.PolicyRelay;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.RelayProcess;
import dev.weir.engine.InstalledPolicy;
import dev.weir.engine.PathMode;
import dev.weir.engine.Policies;
import dev.weir.engine.RelayException;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.PolicyCatalog;
import dev.weir.engine.policy.PolicyException;
import dev.weir.kernel.KernelException;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.FanoutPolicy;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.NetworkNamespace;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A relay in this very process, for benchmarks that change its policies while packets are on their way. For any number of
/// threads.
public final class LocalPolicyRelay implements PolicyRelay {
    private final RelayServer server;
    private final PolicyCatalog catalog;

    private LocalPolicyRelay(RelayServer server, PolicyCatalog catalog) {
        this.server = server;
        this.catalog = catalog;
    }

    private record Ready(RelayServer server, InstalledPolicy policy) implements Installed {
        @Override
        public String form() {
            return policy.form().word();
        }

        @Override
        public Decisions decisions() {
            Policies.Account account = server.policies().account(policy);
            var dropped = new TreeMap<>(account.droppedByKernel());
            account.droppedByUserSpace().forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
            return new Decisions(account.forwardedByKernel() + account.forwardedByUserSpace(), dropped);
        }
    }

    /// Starts a relay.
    ///
    /// @param catalog makes the bundled policies; not closed with the relay
    /// @param namespace where it is
    /// @param path who makes the copies
    /// @param certificate of the relay
    /// @throws BenchException if it does not start, as a sentence with a remedy
    public static LocalPolicyRelay start(
            PolicyCatalog catalog, NetworkNamespace namespace, RelayPath path, DevelopmentCertificate certificate) {
        var options = RelayOptions.of(new InetSocketAddress(RelayProcess.PORT), certificate.keyStore(),
                DevelopmentCertificate.ALIAS, certificate.password(), PathMode.valueOf(path.name()));
        try {
            return new LocalPolicyRelay(namespace.call(() -> RelayServer.start(options)), catalog);
        } catch (RelayException e) {
            throw new BenchException("The relay did not start: " + e.getMessage() + ".", e);
        } catch (Exception e) {
            throw new BenchException("Cannot work inside the network namespace " + namespace + " (" + e.getMessage() + "); run as root.", e);
        }
    }

    @Override
    public FanoutPolicy bundled(String name, Map<String, String> configuration) {
        try {
            return catalog.create(name, configuration).policy(); // held until the catalog is closed
        } catch (PolicyException e) {
            throw new BenchException(e.getMessage(), e);
        }
    }

    @Override
    public Installed install(String name, FanoutPolicy policy) {
        try {
            return new Ready(server, server.policies().install(name, policy));
        } catch (PolicyException e) {
            throw new BenchException(e.getMessage(), e);
        } catch (KernelException e) {
            throw new BenchException("The kernel does not take the policy " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void assign(@Nullable Installed policy) {
        server.policies().assign(policy == null ? List.of()
                : List.of(new Policies.Binding(((Ready) policy).policy(), track -> true, Set.of())));
    }

    @Override
    public void retire(Installed policy) {
        server.policies().retire(((Ready) policy).policy());
    }

    @Override
    public RelayStatistics statistics() {
        return new RelayStatistics(server.statistics());
    }

    @Override
    public void close() {
        server.close();
    }
}
