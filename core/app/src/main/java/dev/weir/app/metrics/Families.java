// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Collects one scrape's values, family by family. A value named twice is added up.
final class Families {
    private record Family(boolean counter, String help, Map<Labels, Double> values) {}

    private final Map<String, Family> families = new LinkedHashMap<>();

    /// @param name with `_total`
    Families counter(String name, String help, double value, String... labels) {
        return add(name.substring(0, name.length() - "_total".length()), true, help, value, labels);
    }

    Families gauge(String name, String help, double value, String... labels) {
        return add(name, false, help, value, labels);
    }

    private Families add(String name, boolean counter, String help, double value, String... labels) {
        families.computeIfAbsent(name, each -> new Family(counter, help, new LinkedHashMap<>()))
                .values()
                .merge(Labels.of(labels), value, Double::sum);
        return this;
    }

    MetricSnapshots snapshots() {
        List<MetricSnapshot> result = new ArrayList<>();
        families.forEach((name, family) -> result.add(family.counter ? counters(name, family) : gauges(name, family)));
        return new MetricSnapshots(result);
    }

    private static CounterSnapshot counters(String name, Family family) {
        var builder = CounterSnapshot.builder().name(name).help(family.help);
        family.values.forEach((labels, value) ->
                builder.dataPoint(CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        return builder.build();
    }

    private static GaugeSnapshot gauges(String name, Family family) {
        var builder = GaugeSnapshot.builder().name(name).help(family.help);
        family.values.forEach((labels, value) ->
                builder.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        return builder.build();
    }
}
