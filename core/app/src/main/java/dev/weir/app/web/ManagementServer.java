// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.AppProperties;
import dev.weir.app.ConfigurationException;
import dev.weir.app.metrics.RelayReadings;
import dev.weir.app.relay.BadInputException;
import dev.weir.engine.policy.PolicyControl;
import dev.weir.quic.kwik.RelayServer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.convert.support.ConfigurableConversionService;
import org.springframework.core.env.MapPropertySource;

/// The HTTP server of `serve`: health, metrics and the page. An application context of its own, so that no other command pays
/// for it, and so that it can begin when the relay's port is known.
public final class ManagementServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final String KEY = "weir.management.port";
    private static final int LAST_PORT = 65_535;

    private final AnnotationConfigServletWebServerApplicationContext context;
    private final String address;
    private final SteeringToken token;

    private ManagementServer(AnnotationConfigServletWebServerApplicationContext context, String address, SteeringToken token) {
        this.context = context;
        this.address = address;
        this.token = token;
    }

    /// Starts it.
    ///
    /// @param parent the command's context
    /// @param properties what was configured
    /// @param relay the running relay
    /// @param policies its policies
    /// @return null if it is switched off
    /// @throws BadInputException if the port or the address cannot be used
    public static @Nullable ManagementServer start(
            ApplicationContext parent, AppProperties.Management properties, RelayServer relay, PolicyControl policies) {
        int port = port(properties.port(), relay.address().getPort());
        if (port < 0) {
            return null;
        }
        InetAddress address = address(properties.address());
        if (properties.tracks() < 0) {
            throw new ConfigurationException("weir.management.tracks is " + properties.tracks() + "; write 0 or more.", null);
        }
        SteeringToken token = SteeringToken.create(properties.tokenFile(), relay.address().getPort());
        var context = new AnnotationConfigServletWebServerApplicationContext();
        context.setParent(parent);
        context.getBeanFactory().setConversionService((ConfigurableConversionService) ApplicationConversionService.getSharedInstance());
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("management", Map.of(
                "server.address", properties.address(), "server.port", port)));
        context.getEnvironment().getPropertySources().addLast(new MapPropertySource("management-defaults", DEFAULTS));
        ConfigurationPropertySources.attach(context.getEnvironment()); // the parent's would not see these two
        register(context, properties, relay, policies, token, address);
        try {
            context.refresh();
        } catch (RuntimeException e) {
            token.close();
            throw because(e, properties, port);
        }
        var server = new ManagementServer(context, properties.address(), token);
        LOG.atInfo().addKeyValue("page", server.url()).addKeyValue("token", token.where()).log("Health, metrics and the page are there");
        return server;
    }

    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry("spring.threads.virtual.enabled", true),
            Map.entry("spring.web.resources.cache.cachecontrol.no-cache", true),
            Map.entry("server.shutdown", "immediate"),
            Map.entry("server.tomcat.connection-timeout", "10s"),
            Map.entry("server.tomcat.max-connections", 256),
            Map.entry("server.tomcat.max-part-count", 1),
            Map.entry("server.tomcat.mbeanregistry.enabled", false),
            Map.entry("management.endpoints.web.exposure.include", "health,info,prometheus"),
            Map.entry("management.endpoint.health.show-details", "always"),
            Map.entry("management.endpoint.health.group.live.include", "relay"),
            Map.entry("management.endpoint.health.group.live.show-details", "always"),
            Map.entry("management.prometheus.metrics.export.descriptions", true));

    private static void register(
            GenericApplicationContext context,
            AppProperties.Management properties,
            RelayServer relay,
            PolicyControl policies,
            SteeringToken token,
            InetAddress address) {
        context.registerBean(RelayServer.class, () -> relay, definition -> definition.setDestroyMethodName(""));
        context.registerBean(PolicyControl.class, () -> policies, definition -> definition.setDestroyMethodName(""));
        context.registerBean(RelayReadings.class, () -> RelayReadings.of(relay, policies));
        context.registerBean(SteeringToken.class, () -> token);
        context.registerBean(AppProperties.Management.class, () -> properties);
        context.registerBean(RequestGuard.class, () -> new RequestGuard(address.isLoopbackAddress()));
        context.registerBean(ScrapeCache.class, () -> new ScrapeCache(System::nanoTime));
        context.registerBean(WebConfiguration.class);
    }

    /// @return -1 if it is off
    static int port(String configured, int relayPort) {
        if (configured.equals("off")) {
            return -1;
        }
        if (configured.equals("same")) {
            return relayPort;
        }
        try {
            int port = Integer.parseInt(configured);
            if (port >= 0 && port <= LAST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            LOG.atTrace().setCause(e).log("{} is no number", KEY);
        }
        throw new ConfigurationException(KEY + " is '" + configured + "'; write 'same', 'off', or a number from 0 to " + LAST_PORT + ".", null);
    }

    private static InetAddress address(String configured) {
        try {
            return InetAddress.getByName(configured);
        } catch (UnknownHostException e) {
            throw new ConfigurationException("weir.management.address is '" + configured + "', which is no address of this machine;"
                    + " write 127.0.0.1, or the address of the network that may read health and metrics.", e);
        }
    }

    private static RuntimeException because(RuntimeException thrown, AppProperties.Management properties, int port) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof PortInUseException || cause instanceof BindException) {
                return new BadInputException("Health and metrics cannot be served at " + properties.address() + " TCP port " + port
                        + ", because something else listens there or the address is not this machine's; set " + KEY
                        + " (WEIR_MANAGEMENT_PORT) to a free port, or to off.", thrown);
            }
        }
        return thrown;
    }

    /// Where the page is.
    public String url() {
        String host = address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address;
        return "http://" + host + ":" + Objects.requireNonNull(context.getWebServer()).getPort() + "/";
    }

    @Override
    public void close() {
        context.close();
        token.close();
    }
}
