// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.metrics.RelayReadings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/// Whoever scrapes the metrics within a fifth of a second of somebody else gets the same text. Readings are no fresher, and making a
/// text of them takes nearly all the time of a scrape, which the relay's processors have better uses for. So has sending it: who
/// scrapes more than [#MOST_A_SECOND] times a second waits for its turn.
@Order(Ordered.LOWEST_PRECEDENCE)
final class ScrapeCache extends OncePerRequestFilter {
    static final String PATH = "/actuator/prometheus";
    static final int MOST_A_SECOND = 200;
    private static final long TURN_NANOS = 1_000_000_000L / MOST_A_SECOND;
    /// Formats and choices of names that are remembered.
    static final int MOST_PAGES = 16;

    private record Page(@Nullable String type, byte[] body, long atNanos) {}

    private final LongSupplier clock;
    /// By what was asked for.
    private final Map<String, Page> pages = new HashMap<>();
    private long nextTurn;

    /// @param clock nanoseconds
    ScrapeCache(LongSupplier clock) {
        this.clock = clock;
        this.nextTurn = clock.getAsLong();
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("GET") || !request.getRequestURI().equals(PATH);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        for (long wait = takeTurn(); wait > 0; wait -= TURN_NANOS) {
            LockSupport.parkNanos(Math.min(wait, TURN_NANOS));
        }
        Page page = page(request, response, chain);
        if (page != null) {
            response.setContentType(page.type);
            response.setContentLength(page.body.length);
            response.getOutputStream().write(page.body);
        }
    }

    /// @return how long to wait for it, nanoseconds
    private synchronized long takeTurn() {
        long now = clock.getAsLong();
        long turn = Math.max(now, nextTurn);
        nextTurn = turn + TURN_NANOS;
        return turn - now;
    }

    /// One makes it while the others wait.
    ///
    /// @return null if it is no page to keep, and is sent already
    private synchronized @Nullable Page page(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String wanted = request.getHeader("Accept") + "\n" + request.getQueryString();
        Page known = pages.get(wanted);
        if (known != null && clock.getAsLong() - known.atNanos <= RelayReadings.FRESH_NANOS) {
            return known;
        }
        var caught = new ContentCachingResponseWrapper(response);
        chain.doFilter(request, caught);
        if (caught.getStatus() != HttpServletResponse.SC_OK) {
            caught.copyBodyToResponse();
            return null;
        }
        var fresh = new Page(caught.getContentType(), caught.getContentAsByteArray(), clock.getAsLong());
        if (pages.size() >= MOST_PAGES) {
            pages.clear();
        }
        pages.put(wanted, fresh);
        return fresh;
    }
}
