// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.testkit.Host;
import dev.weir.testkit.NetworkNamespace;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A narrow link: a token bucket (tc-tbf) on the relay's interface towards one host, with a queue that drops at its end. What
/// the kernel copies goes through it as well as what user space sends.
final class Bottleneck implements AutoCloseable {
    /// Several packets, so that the timer's steps do not make the link narrower than it says.
    private static final int BURST = 8_000;
    private static final int BITS = 8;
    private static final int MILLIS = 1_000;
    private static final Pattern DROPPED = Pattern.compile("dropped (\\d+),");

    private final NetworkNamespace relay;
    private final String relayInterface;

    private Bottleneck(NetworkNamespace relay, String relayInterface) {
        this.relay = relay;
        this.relayInterface = relayInterface;
    }

    /// Makes the link to a host narrow.
    ///
    /// @param relay the relay's namespace
    /// @param host at the other end of the link
    /// @param bitsPerSecond what passes, with all headers
    /// @param queueMillis the longest that a packet waits
    static Bottleneck put(NetworkNamespace relay, Host host, long bitsPerSecond, int queueMillis) {
        long limit = BURST + bitsPerSecond / BITS * queueMillis / MILLIS;
        relay.exec("tc", "qdisc", "replace", "dev", host.relayInterface(), "root", "tbf", "rate", bitsPerSecond + "bit",
                "burst", String.valueOf(BURST), "limit", String.valueOf(limit)).orThrow();
        return new Bottleneck(relay, host.relayInterface());
    }

    /// Packets that its queue had no room for.
    long lostPackets() {
        String shown = relay.exec("tc", "-s", "qdisc", "show", "dev", relayInterface, "root").orThrow().output();
        Matcher dropped = DROPPED.matcher(shown);
        if (!dropped.find()) {
            throw new BenchException("tc does not say how many packets it dropped ('" + shown.strip() + "'); install a newer iproute2.");
        }
        return Long.parseLong(dropped.group(1));
    }

    @Override
    public void close() {
        relay.exec("tc", "qdisc", "del", "dev", relayInterface, "root").orThrow();
    }
}
