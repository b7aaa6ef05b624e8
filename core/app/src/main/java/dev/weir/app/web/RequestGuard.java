// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/// Keeps other sites' scripts out, and tells browsers to load nothing from elsewhere.
///
/// On a loopback address only requests to a loopback name are answered: a foreign name that resolves to 127.0.0.1 (DNS
/// rebinding) would otherwise let any page that somebody visits read the relay's figures.
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestGuard extends OncePerRequestFilter {
    /// Bytes.
    static final int LARGEST_BODY = 16 << 10;

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final boolean loopbackOnly;

    /// @param loopbackOnly whether the server listens on a loopback address
    RequestGuard(boolean loopbackOnly) {
        this.loopbackOnly = loopbackOnly;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return true;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        if (loopbackOnly && !isLoopback(request.getServerName())) {
            refuse(response, HttpServletResponse.SC_MISDIRECTED_REQUEST,
                    "This server answers to 127.0.0.1 and localhost only; use one of these names.");
        } else if (request.getMethod().equals("POST") && !hasSmallBody(request)) {
            // The body is read before anybody looks for the token.
            refuse(response, HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE,
                    "A request has " + LARGEST_BODY + " bytes at most and says its length; shorten it.");
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void refuse(HttpServletResponse response, int status, String sentence) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().println(sentence);
    }

    private static boolean hasSmallBody(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length >= 0 && length <= LARGEST_BODY;
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.contains(host) || host.equals("::1") || host.startsWith("127.");
    }
}
