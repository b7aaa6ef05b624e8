// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.AppProperties;
import dev.weir.app.control.ControlException;
import dev.weir.app.control.ControlServer;
import dev.weir.app.control.ControlSockets;
import dev.weir.app.control.PolicyEndpoints;
import dev.weir.app.control.RelayEndpoints;
import dev.weir.app.control.StatsEndpoints;
import dev.weir.app.control.TraceEndpoints;
import dev.weir.app.relay.ListenAddress;
import dev.weir.app.relay.RelayEnd;
import dev.weir.app.relay.RelayIdentity;
import dev.weir.app.relay.RelayPolicies;
import dev.weir.app.relay.StatisticsFile;
import dev.weir.app.relay.TerminationSignal;
import dev.weir.app.web.ManagementServer;
import dev.weir.engine.FanProtocol;
import dev.weir.engine.NewReno;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.PolicyService;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.testkit.DevelopmentCertificate;
import java.io.Console;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `serve`: a relay, until SIGTERM or SIGINT.
@Component
class ServeCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    /// More than the relay's own beat; below it a garbage collection would stop the kernel's copies.
    private static final long SHORTEST_LEASE = 20;
    /// For longer nobody should be sent anything by a relay that may be dead.
    private static final long LONGEST_LEASE = 60_000;

    private final AppProperties properties;
    private final ObjectProvider<ShellCommand> shell;
    private final ApplicationContext application;

    /// @param shell for a prompt inside
    /// @param application of which the management server is a child
    ServeCommand(AppProperties properties, ObjectProvider<ShellCommand> shell, ApplicationContext application) {
        this.properties = properties;
        this.shell = shell;
        this.application = application;
    }

    @Command(name = "serve", description = "Runs a relay until it gets SIGTERM or SIGINT.", group = "Relay")
    void serve(
            CommandContext context,
            @Option(longName = "listen", defaultValue = "[::]:4433",
                    description = "UDP address and port to listen on, ADDRESS:PORT; [::] takes IPv4 as well") String listen,
            @Option(longName = "certificate", description = "PEM file with the certificate chain, the relay's own first;"
                    + " without one the relay makes a certificate for development") @Nullable Path certificate,
            @Option(longName = "key", description = "PEM file with the certificate's private key, PKCS#8, EC or RSA")
                    @Nullable Path key,
            @Option(longName = "write-certificate", description = "file to write the certificate for development to, so that publish and"
                    + " subscribe can name it with --certificate") @Nullable Path writeCertificate,
            @Option(longName = "path", defaultValue = "auto",
                    description = "who makes the copies; auto takes the kernel where BPF is available") PathMode path,
            @Option(longName = "lease", defaultValue = "200",
                    description = "milliseconds without a sign of life from user space after which the kernel stops copying")
                    Long lease,
            @Option(longName = "stats", description = "file for the relay's counters, JSON, rewritten five times a second")
                    @Nullable Path stats,
            @Option(longName = "plugins", defaultValue = "plugins",
                    description = "folder with policy jars, watched; those that come with Weir are there as well") Path plugins,
            @Option(longName = "config", description = "YAML file with settings, see docs/reference/config.md") @Nullable Path config,
            @Option(longName = "control", description = "path of the control socket, or none; without it <port>.sock in the"
                    + " user's runtime folder") @Nullable Path control,
            @Option(longName = "shell", defaultValue = "false", description = "open a prompt on the relay, which ends with it") Boolean prompt)
            throws Exception {
        InetSocketAddress address = address(listen);
        if (lease < SHORTEST_LEASE || lease > LONGEST_LEASE) {
            throw new UsageException("--lease takes " + SHORTEST_LEASE + " to " + LONGEST_LEASE + " milliseconds, not " + lease + ".");
        }
        RelayIdentity identity = identity(certificate, key, writeCertificate);
        var options = new RelayOptions(address, identity.keyStore(), identity.alias(), identity.password(), path,
                Duration.ofMillis(lease), properties.cacheBytes(), properties.idleTimeout(),
                RelayPolicies.classes(properties), fan(), properties.ringBytes(), NewReno::new);
        try (TerminationSignal signal = TerminationSignal.install();
                RelayServer relay = RelayServer.start(options);
                PolicyService policies = RelayPolicies.start(relay.policies(), properties, plugins);
                RelayEnd end = new RelayEnd(relay, signal::give);
                TraceEndpoints traces = new TraceEndpoints(relay.tracing());
                ControlServer server = listen(control, relay.address().getPort(), commands(relay, policies, end, traces));
                ManagementServer _ = ManagementServer.start(application, properties.management(), relay, policies)) {
            if (prompt) {
                openPrompt(context, relay, server, signal);
            }
            run(relay, stats, context.outputWriter(), signal);
        }
    }

    /// The relay ends with the prompt.
    private void openPrompt(CommandContext context, RelayServer relay, @Nullable ControlServer server, TerminationSignal signal) {
        Console console = System.console();
        if (server == null || console == null || !console.isTerminal()) {
            throw new UsageException("--shell needs a terminal and a control socket; leave it out, or run the relay from a terminal without"
                    + " '--control none'.");
        }
        String name = Integer.toString(relay.address().getPort());
        Thread.ofPlatform().daemon().name("weir-prompt").start(() -> {
            try {
                shell.getObject().prompt(context.commandRegistry(), server.socket(), name);
            } finally {
                signal.give();
            }
        });
    }

    /// @return null if there are no connections with own framing
    private @Nullable FanProtocol fan() {
        AppProperties.Fan fan = properties.fan();
        if (!fan.enabled()) {
            return null;
        }
        try {
            return new FanProtocol(fan.publisher(), fan.subscriber());
        } catch (IllegalArgumentException e) {
            throw new UsageException("weir.fan: " + e.getMessage());
        }
    }

    private static Map<String, Function<JsonNode, Object>> commands(
            RelayServer relay, PolicyService policies, RelayEnd end, TraceEndpoints traces) {
        var commands = new HashMap<>(PolicyEndpoints.of(policies));
        commands.putAll(RelayEndpoints.of(relay, policies, end));
        commands.putAll(StatsEndpoints.of(relay));
        commands.putAll(traces.commands());
        return commands;
    }

    /// @return null if none is wanted
    private static @Nullable ControlServer listen(
            @Nullable Path control, int port, Map<String, Function<JsonNode, Object>> commands) {
        if (control != null && control.toString().equals("none")) {
            return null;
        }
        Path socket = control == null ? ControlSockets.of(port) : control;
        try {
            return ControlServer.start(socket, commands);
        } catch (ControlException e) {
            if (control != null) {
                throw e;
            }
            LOG.atWarn().log("This relay cannot be steered: {}", e.getMessage());
            return null;
        }
    }

    private void run(RelayServer relay, @Nullable Path stats, PrintWriter output, TerminationSignal signal)
            throws InterruptedException {
        StatisticsFile file = stats == null ? null : StatisticsFile.open(stats, properties.statisticsInterval(), relay::statistics);
        try (file) {
            output.println("ready " + ListenAddress.format(relay.address()) + " path "
                    + (relay.kernelPath() ? "kernel" : "userspace"));
            output.flush();
            signal.await();
        }
    }

    private static InetSocketAddress address(String listen) {
        try {
            return ListenAddress.parse(listen);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--listen: " + e.getMessage());
        }
    }

    private static RelayIdentity identity(@Nullable Path certificate, @Nullable Path key, @Nullable Path write) {
        if (certificate != null && write != null) {
            throw new UsageException("--write-certificate is for the certificate that the relay makes itself; leave --certificate and --key"
                    + " out, or give " + certificate + " to publishers and subscribers.");
        }
        if (certificate != null && key != null) {
            return RelayIdentity.ofPem(certificate, key);
        }
        if (certificate != null || key != null) {
            throw new UsageException("--certificate and --key belong together; give both, or neither for a development certificate.");
        }
        RelayIdentity identity = RelayIdentity.forDevelopment();
        if (write != null) {
            identity.writeCertificate(write);
        }
        LOG.atWarn().addKeyValue("sha256", DevelopmentCertificate.fingerprint(identity.certificate()))
                .log("No --certificate given: made one for development that nobody trusts; it is gone when the relay ends");
        return identity;
    }
}
