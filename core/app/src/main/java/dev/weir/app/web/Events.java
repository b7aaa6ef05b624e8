// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.metrics.RelayReadings;
import dev.weir.app.relay.ListenAddress;
import dev.weir.engine.policy.PolicyControl;
import dev.weir.quic.kwik.RelayServer;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/// Tells open pages once a second what there is to show (server-sent events). Nothing is read while no page is open.
@RestController
class Events {
    /// Pages open at a time.
    static final int MOST_PAGES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final long PERIOD_MILLIS = 1000;
    private static final long FOR_EVER = 0;

    private final RelayServer relay;
    private final RelayReadings readings;
    private final PolicyControl policies;
    /// An open page.
    ///
    /// @param emitter to it
    /// @param isBusy whether it is being told something; it may be slow to take it
    private record Page(SseEmitter emitter, AtomicBoolean isBusy) {}

    private final Set<Page> pages = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weir-page").daemon().factory());

    Events(RelayServer relay, RelayReadings readings, PolicyControl policies) {
        this.relay = relay;
        this.readings = readings;
        this.policies = policies;
        timer.scheduleAtFixedRate(this::tell, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @GetMapping("/page/state")
    PageState state() {
        return PageState.of(relay, ListenAddress.format(relay.address()), readings, policies);
    }

    @GetMapping("/page/events")
    ResponseEntity<SseEmitter> open() {
        if (pages.size() >= MOST_PAGES) {
            return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).build();
        }
        var page = new Page(new SseEmitter(FOR_EVER), new AtomicBoolean());
        page.emitter.onCompletion(() -> pages.remove(page));
        page.emitter.onError(thrown -> pages.remove(page));
        send(page, JSON.writeValueAsString(state()));
        pages.add(page);
        return ResponseEntity.ok().header("Cache-Control", "no-store").body(page.emitter);
    }

    private void tell() {
        if (pages.isEmpty()) {
            return;
        }
        try {
            String text = JSON.writeValueAsString(state());
            // A page that does not read keeps only itself waiting.
            pages.stream().filter(page -> page.isBusy.compareAndSet(false, true)).forEach(page ->
                    Thread.ofVirtual().name("weir-page-event").start(() -> send(page, text)));
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("the pages were told nothing");
        }
    }

    private void send(Page page, String text) {
        try {
            page.emitter.send(SseEmitter.event().data(text, MediaType.TEXT_PLAIN));
        } catch (IOException | IllegalStateException e) {
            pages.remove(page);
            LOG.atDebug().setCause(e).log("a page was closed");
        } finally {
            page.isBusy.set(false);
        }
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
        pages.forEach(page -> page.emitter.complete());
    }
}
