// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text form of a UDP address: `192.0.2.1:4433`, `[2001:db8::1]:4433`, or `:4433` for all addresses of the machine.
public final class ListenAddress {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%\\w]+)]|(\\d+(?:\\.\\d+){3})|):(\\d{1,5})");
    private static final int LARGEST_PORT = 65535;

    private ListenAddress() {}

    /// @param text the address; no host names, a relay listens on addresses
    /// @return the address; port 0 lets the system choose
    /// @throws IllegalArgumentException with a sentence if it has another form
    public static InetSocketAddress parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > LARGEST_PORT) {
            throw new IllegalArgumentException("'" + text
                    + "' is no address to listen on; write ADDRESS:PORT, such as 192.0.2.1:4433 or [::]:4433.");
        }
        String literal = matcher.group(1) != null ? matcher.group(1) : matcher.group(2) != null ? matcher.group(2) : "::";
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(literal), Integer.parseInt(matcher.group(3)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + literal + "' is no IPv4 or IPv6 address; write for example [::]:4433.", e);
        }
    }

    /// @param address a resolved address
    /// @return its text form, with brackets around an IPv6 address
    public static String format(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String host = ip instanceof Inet6Address && ip.isAnyLocalAddress() ? "::" : ip.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
