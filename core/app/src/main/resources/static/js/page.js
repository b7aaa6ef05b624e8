// SPDX-License-Identifier: Apache-2.0
// Shows what the relay says once a second. All rates are differences of counters, made here.
import { makeCharts } from "./charts.js";
import { count, figure, millis, percent, rate, show } from "./format.js";
import { removeAssignment, setClass, showChoices, startSteering } from "./steer.js";
import { showAssignments, showBars, showLanes, showTracks, sum } from "./tables.js";

const charts = makeCharts();
let before = null;

function perSecond(state, value) {
  const seconds = before ? (state.atMillis - before.atMillis) / 1000 : 0;
  return seconds > 0 ? Math.max(0, value(state) - value(before)) / seconds : 0;
}

const whole = state => state.copies.at(-1);

function byReason(state, verdict) {
  const result = new Map();
  for (const each of whole(state).counts.filter(one => one.verdict === verdict)) {
    result.set(each.reason, (result.get(each.reason) ?? 0) + each.count);
  }
  return [...result];
}

function showHead(state) {
  show("listen", "UDP " + state.listen);
  show("version", state.version);
  show("path", state.relay.path === "kernel" ? "kernel path" : "user-space path");
  document.getElementById("path").className = "badge " + state.relay.path;
  document.getElementById("draining").hidden = !state.relay.isDraining;
  const problem = document.getElementById("problem");
  problem.hidden = state.kernelProblem === "";
  problem.textContent = state.kernelProblem;
  show("clock", new Date(state.atMillis).toLocaleTimeString([], { hour12: false }));
}

function showNow(state) {
  const kernel = perSecond(state, each => each.relay.copiesByKernel);
  const user = perSecond(state, each => each.relay.copiesByUserSpace);
  const drops = perSecond(state, each => sum(whole(each), "dropped"));
  figure("copy-rate", rate(kernel + user), "/s");
  const all = state.relay.copiesByKernel + state.relay.copiesByUserSpace;
  show("kernel-share", all ? percent(state.relay.copiesByKernel / all) : "–");
  show("subscribers", count(state.relay.subscribers));
  show("lanes", count(state.kernelLaneCount));
  show("tracks-count", count(state.relay.tracks));
  figure("rtt", millis(state.medianRttNanos), "ms");
  show("rtt-max", millis(state.worstRttNanos) + " ms");
  figure("drop-rate", rate(drops), "/s");
  show("dropped-total", count(sum(whole(state), "dropped")));
  const runs = perSecond(state, each => each.counts["bpf.run_count"] ?? 0);
  const nanos = perSecond(state, each => each.counts["bpf.run_time_ns"] ?? 0);
  figure("bpf-time", runs > 0 ? (nanos / runs / 1000).toFixed(1) : "–", "µs");
  show("lease", state.relay.path === "kernel" ? millis(state.relay.leaseLeftNanos) + " ms" : "–");
  if (before) {
    const at = state.atMillis / 1000;
    charts.copies.add(at, kernel, user);
    charts.rtt.add(at, state.medianRttNanos / 1e6, state.worstRttNanos / 1e6);
    charts.drops.add(at, drops, perSecond(state, each => sum(whole(each), "deferred")));
  }
}

function update(state) {
  const seconds = before ? (state.atMillis - before.atMillis) / 1000 : 0;
  showHead(state);
  showNow(state);
  showTracks(state, before, seconds);
  showLanes(state, before, seconds, setClass);
  showAssignments(state, removeAssignment);
  showBars("drops", byReason(state, "dropped"));
  showBars("deferrals", byReason(state, "deferred"));
  showChoices(state);
  before = state;
}

function link(text, className) {
  const badge = document.getElementById("link");
  badge.textContent = text;
  badge.className = "badge " + className;
}

startSteering();
const events = new EventSource("page/events");
events.onmessage = event => {
  link("live", "live");
  update(JSON.parse(event.data));
};
events.onerror = () => link("no connection to the relay", "lost");
