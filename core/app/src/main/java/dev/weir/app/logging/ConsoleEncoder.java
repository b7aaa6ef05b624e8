// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.logging;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import org.springframework.boot.logging.logback.StructuredLogEncoder;

/// Lines for people, or JSON for programs: `logging.structured.format.console` is `ecs`, `gelf` or `logstash` then. (Logback's
/// configuration can choose between the two only with a script engine.)
public final class ConsoleEncoder extends EncoderBase<ILoggingEvent> {
    private String format = "";
    private String pattern = "%msg%n";
    private Encoder<ILoggingEvent> chosen = new PatternLayoutEncoder();

    /// @param format of Spring Boot's structured logging; empty: lines for people
    public void setFormat(String format) {
        this.format = format.strip();
    }

    /// @param pattern of Logback, for people
    public void setPattern(String pattern) {
        this.pattern = pattern;
    }

    @Override
    public void start() {
        if (format.isEmpty()) {
            startPlain();
        } else {
            startStructured();
        }
        super.start();
    }

    private void startPlain() {
        var plain = new PatternLayoutEncoder();
        plain.setContext(getContext());
        plain.setPattern(pattern);
        plain.start();
        chosen = plain;
    }

    private void startStructured() {
        var structured = new StructuredLogEncoder();
        structured.setContext(getContext());
        structured.setFormat(format); // one of the three: ConfigurationFile lets no other come so far
        structured.start();
        chosen = structured;
    }

    @Override
    public void stop() {
        chosen.stop();
        super.stop();
    }

    @Override
    public byte[] headerBytes() {
        return chosen.headerBytes();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return chosen.encode(event);
    }

    @Override
    public byte[] footerBytes() {
        return chosen.footerBytes();
    }
}
