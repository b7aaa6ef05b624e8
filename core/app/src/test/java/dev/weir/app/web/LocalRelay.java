// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.AppProperties;
import dev.weir.app.relay.RelayPolicies;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.policy.PolicyService;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Topology;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.support.GenericApplicationContext;

/// A running relay with its management server on this machine's loopback, whatever network namespace the relay is in.
final class LocalRelay implements AutoCloseable {
    private final RelayServer relay;
    private final PolicyService policies;
    private final ManagementServer server;
    private final Path tokenFile;
    private final GenericApplicationContext parent = new GenericApplicationContext();
    private final HttpClient client = HttpClient.newHttpClient();

    /// @param relay closed with this
    /// @param folder for what it writes
    /// @param settings beside the port and the token's file
    LocalRelay(RelayServer relay, Path folder, Map<String, Object> settings) throws IOException {
        this.relay = relay;
        tokenFile = folder.resolve("token");
        var all = new HashMap<>(Map.<String, Object>of("weir.management.port", "0", "weir.management.token-file", tokenFile.toString()));
        all.putAll(settings);
        AppProperties properties =
                new Binder(new MapConfigurationPropertySource(all)).bindOrCreate("weir", AppProperties.class);
        policies = RelayPolicies.start(relay.policies(), properties, Files.createDirectories(folder.resolve("plugins")));
        parent.refresh();
        server = Objects.requireNonNull(ManagementServer.start(parent, properties.management(), relay, policies));
    }

    /// A relay with a data plane in the middle of a topology.
    static LocalRelay inKernel(Topology topology, DevelopmentCertificate certificate, Path folder) throws Exception {
        var options = RelayOptions.of(new InetSocketAddress(LiveTrack.PORT), certificate.keyStore(), DevelopmentCertificate.ALIAS,
                certificate.password(), PathMode.KERNEL);
        return new LocalRelay(topology.relay().call(() -> RelayServer.start(options)), folder, Map.of());
    }

    RelayServer relay() {
        return relay;
    }

    PolicyService policies() {
        return policies;
    }

    GenericApplicationContext parent() {
        return parent;
    }

    String url() {
        return server.url();
    }

    Path tokenFile() {
        return tokenFile;
    }

    String token() throws IOException {
        return Files.readString(tokenFile).strip();
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /// @param headers name, value, …
    HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url() + path)).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
        policies.close();
        relay.close();
        client.close();
        parent.close();
    }
}
