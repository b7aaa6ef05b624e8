// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium with one page, driven by the DevTools protocol over a pipe: no port, no driver, no further dependency.
public final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final OutputStream requests;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> urls = new CopyOnWriteArrayList<>();
    private String session = "";

    private Browser(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
    }

    /// @param profile an empty folder
    public static Browser start(Path profile) throws IOException {
        // The pipe is at descriptors 3 and 4 of the browser; what it says on its own goes to standard error.
        String command = "exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run"
                + " --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars --lang=en"
                + " --window-size=1360,1300 --user-data-dir='" + profile + "' --remote-debugging-pipe about:blank"
                + " 3<&0 4>&1 </dev/null >&2";
        var builder = new ProcessBuilder("sh", "-c", command);
        builder.redirectError(profile.resolve("chromium.log").toFile());
        var browser = new Browser(builder.start());
        Thread.ofPlatform().daemon().name("browser").start(browser::listen);
        browser.attach();
        return browser;
    }

    private void attach() {
        String target = call("", "Target.createTarget", Map.of("url", "about:blank")).path("targetId").asString();
        session = call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true)).path("sessionId").asString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    private void listen() {
        try (InputStream input = new BufferedInputStream(process.getInputStream())) {
            var message = new ByteArrayOutputStream();
            for (int each = input.read(); each >= 0; each = input.read()) {
                if (each == 0) {
                    received(JSON.readTree(message.toByteArray()));
                    message.reset();
                } else {
                    message.write(each);
                }
            }
        } catch (IOException e) {
            complaints.add("the browser's pipe broke: " + e.getMessage());
        }
        answers.values().forEach(answer -> answer.completeExceptionally(new IOException("the browser has ended")));
    }

    private void received(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonNode parameters = message.path("params");
        switch (message.path("method").asString()) {
            case "Network.requestWillBeSent" -> urls.add(parameters.path("request").path("url").asString());
            case "Runtime.exceptionThrown" -> complaints.add(parameters.path("exceptionDetails").toString());
            case "Log.entryAdded" -> {
                if (parameters.path("entry").path("level").asString().equals("error")) {
                    complaints.add(parameters.path("entry").path("text").asString() + " " + parameters.path("entry").path("url").asString());
                }
            }
            default -> { } // of no interest here
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return call(session, method, parameters);
    }

    private JsonNode call(String toSession, String method, Map<String, ?> parameters) {
        int id = lastId.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        answers.put(id, answer);
        var request = new HashMap<String, Object>(Map.of("id", id, "method", method, "params", parameters));
        if (!toSession.isEmpty()) {
            request.put("sessionId", toSession);
        }
        try {
            synchronized (requests) {
                requests.write(JSON.writeValueAsBytes(request));
                requests.write(0);
                requests.flush();
            }
            JsonNode message = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (message.has("error")) {
                throw new AssertionError(method + ": " + message.path("error"));
            }
            return message.path("result");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(method + " was not answered", e);
        }
    }

    public void open(String url) {
        call("Page.navigate", Map.of("url", url));
        awaitTrue("document.readyState === 'complete'");
    }

    /// The value of a script's expression; a promise is waited for.
    public JsonNode evaluate(String script) {
        JsonNode result = call("Runtime.evaluate", Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(script + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    public void awaitTrue(String script) {
        await().atMost(PATIENCE).alias(script).until(() -> evaluate(script).asBoolean(false));
    }

    /// The text of the first element that fits.
    public String text(String selector) {
        return evaluate("document.querySelector(" + quoted(selector) + ").textContent").asString();
    }

    private static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    /// Clicks with the mouse at the middle of the element, as a person does; something above it would get the click.
    void click(String selector) {
        JsonNode at = evaluate("(() => { const e = document.querySelector(" + quoted(selector) + "); e.scrollIntoView({block: 'center'});"
                + " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call("Input.dispatchMouseEvent", Map.of(
                    "type", type, "x", at.path(0).asDouble(), "y", at.path(1).asDouble(), "button", "left", "clickCount", 1));
        }
    }

    /// Replaces what is in a field by what is typed, and leaves it.
    void type(String selector, String text) {
        click(selector);
        evaluate("document.querySelector(" + quoted(selector) + ").select()");
        call("Input.insertText", Map.of("text", text));
        evaluate("document.activeElement.blur()");
    }

    /// Chooses in a list. (Headless, the list itself is no part of the page that could be clicked.)
    void choose(String selector, String value) {
        evaluate("(() => { const e = document.querySelector(" + quoted(selector) + "); e.value = " + quoted(value) + ";"
                + " e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); })()");
    }

    /// @param dark whether the person prefers a dark page
    void prefer(boolean dark) {
        call("Emulation.setEmulatedMedia", Map.of(
                "features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    void screenshot(Path file) throws IOException {
        evaluate("scrollTo(0, 0)");
        String data = call("Page.captureScreenshot", Map.of("format", "png")).path("data").asString();
        Files.write(file, Base64.getDecoder().decode(data.getBytes(StandardCharsets.US_ASCII)));
    }

    /// Errors of scripts, refused loads, failed requests.
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /// Everything the page has asked for.
    public List<String> urls() {
        return List.copyOf(urls);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
