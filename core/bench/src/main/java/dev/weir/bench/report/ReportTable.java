// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Reports as text.
public final class ReportTable {
    private ReportTable() {}

    /// @param run a run
    /// @return everything of it that a person wants to see, with line ends
    public static String of(RunReport run) {
        var text = new StringBuilder();
        line(text, "%s, made by %s: %d subscribers, %d s of %s", run.mode().toUpperCase(Locale.ROOT), maker(run),
                run.subscribers(), run.seconds(), run.content());
        subscribers(run).forEach(row -> line(text, "  %s", row));
        figure(text, "objects published", run.objectsPublished() + failures(run));
        figure(text, "copies", "%d by the kernel, %d by user space (%.2f %% kernel)", run.copies().kernel(),
                run.copies().userspace(), run.copies().kernelShare());
        figure(text, "deferred to user space", reasons(run.deferred()));
        figure(text, "dropped", reasons(run.dropped()));
        figure(text, "latency", "p50 %.0f µs, p99 %.0f µs, p99.9 %.0f µs", run.latencyUs().p50(), run.latencyUs().p99(),
                run.latencyUs().p999());
        figure(text, "CPU per copy", "%.2f µs = relay process %.2f + softirq %.2f", run.cpuUsPerCopy().total(),
                run.cpuUsPerCopy().relay(), run.cpuUsPerCopy().softirq());
        figure(text, "BPF program per copy", "%.0f ns", run.bpfNsPerCopy());
        if (run.network() != null) {
            figure(text, "lost by the network", lost(run.network()));
        }
        figure(text, "tag failures", String.valueOf(run.tagFailures()));
        figure(text, "protocol violations", String.valueOf(run.protocolViolations()));
        run.remarks().forEach(remark -> line(text, "  Note: %s", remark));
        run.problems().forEach(problem -> line(text, "  Not as expected: %s", problem));
        return text.toString();
    }

    private static String maker(RunReport run) {
        return run.path().equals("kernel") ? "the kernel" : "user space";
    }

    private static List<String> subscribers(RunReport run) {
        var table = new TextTable("SUBSCRIBER", "RECEIVED", "SHA-256", "MISSING");
        for (SubscriberReport subscriber : run.perSubscriber()) {
            table.row(subscriber.address(), String.valueOf(subscriber.objectsReceived()),
                    subscriber.sha256Equal() ? "equal" : "differs", missing(subscriber));
        }
        return table.lines();
    }

    private static String missing(SubscriberReport subscriber) {
        String objects = reasons(subscriber.missing());
        return subscriber.incomplete().isEmpty() ? objects
                : objects + "; incomplete: " + subscriber.incomplete().stream().distinct().collect(Collectors.joining(", "));
    }

    private static String lost(NetworkReport network) {
        return "%d of %d packets to subscribers (%s %%), %d of %d to the relay (%s %%), seed %d".formatted(
                network.toSubscribers().lost(), network.toSubscribers().seen(), network.toSubscribers().lossPercent(),
                network.toRelay().lost(), network.toRelay().seen(), network.toRelay().lossPercent(), network.seed());
    }

    private static String failures(RunReport run) {
        return run.publisherFailures().isEmpty() ? ""
                : " (and the publisher failed to send: " + reasons(run.publisherFailures()) + ")";
    }

    private static String reasons(Map<String, Long> counts) {
        return counts.isEmpty() ? "none"
                : counts.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /// Runs side by side.
    ///
    /// @param runs any number
    /// @return one row each, with line ends
    public static String comparison(List<RunReport> runs) {
        var table = new TextTable("MODE", "SUBSCRIBERS", "PATH", "OBJECTS", "COPIES", "P50 µs", "P99 µs", "P99.9 µs",
                "CPU µs/COPY", "RELAY", "SOFTIRQ", "BPF ns/COPY", "MISSING");
        for (RunReport run : runs) {
            table.row(run.mode(), String.valueOf(run.subscribers()), run.path(), String.valueOf(run.objectsPublished()),
                    String.valueOf(run.copies().total()), number("%.0f", run.latencyUs().p50()),
                    number("%.0f", run.latencyUs().p99()), number("%.0f", run.latencyUs().p999()),
                    number("%.2f", run.cpuUsPerCopy().total()), number("%.2f", run.cpuUsPerCopy().relay()),
                    number("%.2f", run.cpuUsPerCopy().softirq()), number("%.0f", run.bpfNsPerCopy()),
                    String.valueOf(run.perSubscriber().stream()
                            .flatMap(subscriber -> subscriber.missing().values().stream())
                            .mapToLong(Long::longValue).sum()));
        }
        return table.lines().stream().map(row -> row + "\n").collect(Collectors.joining());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static void figure(StringBuilder text, String name, String format, Object... values) {
        figure(text, name, String.format(Locale.ROOT, format, values));
    }

    private static void figure(StringBuilder text, String name, String value) {
        line(text, "  %-24s%s", name, value);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
