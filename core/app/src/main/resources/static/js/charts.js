// SPDX-License-Identifier: Apache-2.0
// Three drawings of the last five minutes.

const SECONDS = 300;
const charts = [];
const dark = matchMedia("(prefers-color-scheme: dark)");

const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

class Chart {
  constructor(id, lines) {
    this.place = document.getElementById(id);
    this.lines = lines;
    this.data = [[], ...lines.map(() => [])];
    this.draw();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.place);
    charts.push(this);
  }

  size() {
    return { width: Math.max(this.place.clientWidth, 200), height: 170 };
  }

  draw() {
    this.place.replaceChildren();
    const axis = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    this.plot = new uPlot({
      ...this.size(),
      padding: [8, 6, 0, 0],
      cursor: { y: false, drag: { x: false, y: false } },
      legend: { show: false },
      scales: { y: { range: (plot, low, high) => [0, Math.max(high * 1.15, 1)] } },
      axes: [
        { ...axis, space: 70, size: 26, values: (plot, ticks) => ticks.map(at => new Date(at * 1000).toLocaleTimeString([], { hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit" })) },
        { ...axis, size: 52, values: (plot, ticks) => ticks.map(at => at >= 10000 ? at / 1000 + " k" : String(+at.toFixed(2))) },
      ],
      series: [{}, ...this.lines.map(line => ({ stroke: colour(line), fill: colour(line) + "18", width: 2, points: { show: false } }))],
    }, this.data, this.place);
  }

  add(seconds, ...values) {
    this.data[0].push(seconds);
    values.forEach((value, i) => this.data[i + 1].push(value));
    while (this.data[0].length > SECONDS) this.data.forEach(row => row.shift());
    this.plot.setData(this.data);
  }
}

dark.addEventListener("change", () => charts.forEach(chart => chart.draw()));

export const makeCharts = () => ({
  copies: new Chart("chart-copies", ["kernel", "userspace"]),
  rtt: new Chart("chart-rtt", ["kernel", "userspace"]),
  drops: new Chart("chart-drops", ["dropped", "deferred"]),
});
