// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.trace.ConnectionTrace;
import org.jspecify.annotations.Nullable;

/// Tracing of connections, which costs nothing while it is off. For any number of threads.
public final class RelayTracing {
    private final Relay relay;
    private ConnectionTrace.@Nullable Opener opener;
    private @Nullable Integer only;

    RelayTracing(Relay relay) {
        this.relay = relay;
    }

    /// Traces the connections that there are and those that come.
    ///
    /// @param traces makes their traces
    /// @param connection only the one with that number; null: all
    /// @throws SteeringException if tracing is on already, or there is no such connection
    public void start(ConnectionTrace.Opener traces, @Nullable Integer connection) {
        relay.locked(() -> {
            if (opener != null) {
                throw new SteeringException("A trace is being written already; end it with 'trace stop'.");
            }
            Session named = connection == null ? null : relay.session(connection);
            if (connection != null && (named == null || !named.isEstablished())) {
                throw new SteeringException("There is no connection " + connection
                        + "; 'subscriber list' and 'publisher list' number them.");
            }
            opener = traces;
            only = connection;
            relay.sessions().forEach(this::established);
        });
    }

    /// Ends it.
    public void stop() {
        relay.locked(() -> {
            opener = null;
            relay.sessions().forEach(session -> session.trace = null);
        });
    }

    void established(Session session) {
        ConnectionTrace.Opener traces = opener;
        Integer one = only;
        if (traces != null && session.isEstablished() && (one == null || one == session.slot)) {
            session.trace = traces.open(session.slot, RelayViews.address(session));
        }
    }
}
