// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/// Keeps other sites' scripts out, and tells browsers to load nothing from elsewhere.
///
/// On a loopback address only requests to a loopback name are answered: a foreign name that resolves to 127.0.0.1 (DNS
/// rebinding) would otherwise let any page that somebody visits read the relay's figures.
final class RequestGuard extends OncePerRequestFilter {
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
            response.setStatus(HttpServletResponse.SC_MISDIRECTED_REQUEST);
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().println("This server answers to 127.0.0.1 and localhost only; use one of these names.");
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.contains(host) || host.equals("::1") || host.startsWith("127.");
    }
}
