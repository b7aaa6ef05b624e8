// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.metrics.RelayReadings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/// How often the text of the metrics is made.
class ScrapeCacheTests {
    private final AtomicLong now = new AtomicLong(1);
    private final ScrapeCache cache = new ScrapeCache(now::get);
    private int made;
    private int status = HttpServletResponse.SC_OK;

    private final FilterChain metrics = (request, response) -> {
        made++;
        ((HttpServletResponse) response).setStatus(status);
        response.setContentType("text/plain");
        response.getOutputStream().write(("text " + made).getBytes());
    };

    private MockHttpServletResponse get(String path, String accept) throws Exception {
        var request = new MockHttpServletRequest("GET", path);
        request.addHeader("Accept", accept);
        var response = new MockHttpServletResponse();
        cache.doFilter(request, response, metrics);
        return response;
    }

    private String scrape() throws Exception {
        MockHttpServletResponse response = get(ScrapeCache.PATH, "text/plain");
        assertThat(response.getContentType()).isEqualTo("text/plain");
        assertThat(response.getContentLength()).isEqualTo(response.getContentAsByteArray().length);
        return response.getContentAsString();
    }

    @Test
    void isMadeOnceInAFifthOfASecond() throws Exception {
        assertThat(scrape()).isEqualTo("text 1");
        now.addAndGet(RelayReadings.FRESH_NANOS);
        assertThat(scrape()).isEqualTo("text 1");
        now.addAndGet(1);
        assertThat(scrape()).isEqualTo("text 2");
    }

    /// The clock of this test stands still, so that all of them come at once, and each waits for all before it.
    @Test
    void whoScrapesWithoutEndWaitsForItsTurn() throws Exception {
        int scrapes = 5;
        long began = System.nanoTime();
        for (int i = 0; i < scrapes; i++) {
            scrape();
        }
        long waited = System.nanoTime() - began;
        assertThat(waited).isGreaterThanOrEqualTo(1_000_000_000L / ScrapeCache.MOST_A_SECOND * (scrapes - 1));
        assertThat(made).isEqualTo(1);
    }

    @Test
    void isAnotherForWhoWantsAnotherFormat() throws Exception {
        scrape();
        assertThat(get(ScrapeCache.PATH, "application/openmetrics-text").getContentAsString()).isEqualTo("text 2");
        assertThat(scrape()).isEqualTo("text 1");
    }

    @Test
    void anErrorIsNotKept() throws Exception {
        status = HttpServletResponse.SC_SERVICE_UNAVAILABLE;
        assertThat(get(ScrapeCache.PATH, "text/plain").getStatus()).isEqualTo(status);
        status = HttpServletResponse.SC_OK;
        assertThat(scrape()).isEqualTo("text 2");
    }

    @Test
    void remembersFewFormats() throws Exception {
        scrape();
        for (int i = 0; i < ScrapeCache.MOST_PAGES; i++) {
            get(ScrapeCache.PATH, "text/x-" + i);
        }
        assertThat(scrape()).isEqualTo("text " + (ScrapeCache.MOST_PAGES + 2));
    }

    @Test
    void concernsNothingElse() throws Exception {
        get("/actuator/health", "*/*");
        get("/actuator/health", "*/*");
        assertThat(made).isEqualTo(2);
    }
}
