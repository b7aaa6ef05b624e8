// SPDX-License-Identifier: Apache-2.0
// The tables: rows are changed in place, so that a list that is open or a text that is marked stays so.
import { count, element, millis, rate } from "./format.js";

/** Brings a table to the wanted rows; `cells` is called for each, to fill its row. */
function rows(id, wanted, key, cells) {
  const body = document.querySelector("#" + id + " tbody");
  const present = new Map([...body.rows].map(row => [row.dataset.key, row]));
  wanted.forEach((each, at) => {
    const row = present.get(key(each)) ?? element("tr");
    present.delete(key(each));
    row.dataset.key = key(each);
    cells(each).forEach((cell, i) => {
      const { text, className = "", title = "", node } = cell;
      const td = row.cells[i] ?? row.appendChild(element("td"));
      if (node) {
        if (!td.firstElementChild) td.append(node());
        cell.update?.(td.firstElementChild);
      } else if (td.textContent !== text) {
        td.textContent = text;
      }
      td.className = className;
      td.title = title;
    });
    if (body.rows[at] !== row) body.insertBefore(row, body.rows[at] ?? null);
  });
  present.forEach(row => row.remove());
  document.getElementById(id.replace("-table", "") + "-empty").hidden = wanted.length > 0;
  body.parentElement.hidden = wanted.length === 0;
}

/** Says that a table is not all there is; `all` may be a little older or newer than the table. */
export function showCut(id, shown, all) {
  const note = document.getElementById(id + "-cut");
  note.hidden = all <= shown;
  note.textContent = all <= shown ? "" : "The first " + count(shown) + " of " + count(all) + ".";
}

const number = (value, className = "") => ({ text: count(value), className: "n " + className });

/** Sums a track's counts. */
export function sum(copies, verdict, path) {
  return (copies?.counts ?? [])
    .filter(each => each.verdict === verdict && (!path || each.path === path))
    .reduce((total, each) => total + each.count, 0);
}

export function showTracks(state, before, seconds) {
  showCut("tracks", state.tracks.length, state.relay.tracks);
  const copiesOf = (from, name) => from?.copies.find(each => each.track === name);
  rows("tracks", state.tracks, track => track.name, track => {
    const copies = copiesOf(state, track.name);
    const sent = sum(copies, "sent");
    const earlier = copiesOf(before, track.name);
    const dropped = sum(copies, "dropped");
    return [
      { text: track.name, className: "name" },
      { text: track.state },
      { text: track.path === "kernel" ? "kernel" : "user space", className: track.path + "-text", title: track.reason },
      number(track.activeSubscriptions),
      { text: track.largestGroup < 0 ? "–" : track.largestGroup + " / " + track.largestObject, className: "n" },
      number(sum(copies, "sent", "kernel"), "kernel-text"),
      number(sum(copies, "sent", "userspace"), "userspace-text"),
      number(dropped, dropped > 0 ? "dropped-text" : ""),
      { text: earlier && seconds > 0 ? rate(Math.max(0, sent - sum(earlier, "sent")) / seconds) : "–", className: "n" },
    ];
  });
}

function classChoice(lane, classes, change) {
  return {
    node: () => {
      const select = element("select");
      classes.forEach(each => select.append(element("option", each)));
      select.setAttribute("aria-label", "lane class of subscriber " + lane.id);
      select.addEventListener("change", () => change(lane.id, select.value).finally(() => delete select.dataset.wanted));
      select.addEventListener("input", () => { select.dataset.wanted = select.value; });
      return select;
    },
    update: select => {
      if (document.activeElement !== select && !select.dataset.wanted) select.value = lane.laneClass;
    },
  };
}

function windowMeter(lane) {
  return {
    title: count(lane.bytesInFlight) + " of " + count(lane.congestionWindow) + " bytes in flight",
    node: () => element("meter"),
    update: meter => { meter.max = lane.congestionWindow || 1; meter.value = lane.bytesInFlight; },
  };
}

export function showLanes(state, before, seconds, change) {
  showCut("lanes", state.lanes.length, state.laneCount);
  rows("lanes-table", state.lanes, lane => String(lane.id), lane => {
    const earlier = before?.lanes.find(each => each.id === lane.id);
    const bits = earlier && seconds > 0 ? Math.max(0, lane.sentBytes - earlier.sentBytes) * 8 / seconds : 0;
    const reached = lane.limits.filter(limit => limit.isReached).map(limit => limit.name);
    return [
      { text: String(lane.id), className: "n quiet-text" },
      { text: lane.address, title: (state.subscribers.find(each => each.id === lane.id)?.tracks ?? []).join("\n") },
      classChoice(lane, state.classes, change),
      { text: lane.path === "kernel" ? "kernel" : "user space", className: lane.path + "-text" },
      number(lane.copiesByKernel, "kernel-text"),
      number(lane.copiesByUserSpace, "userspace-text"),
      { text: (bits / 1e6).toFixed(2), className: "n" },
      { text: millis(lane.smoothedRttNanos), className: "n" },
      { text: millis(lane.delayNanos), className: "n" },
      { text: (lane.lossPerMillion / 1e4).toFixed(2), className: "n" },
      windowMeter(lane),
      { text: reached.join(", ") || "–", className: reached.length ? "userspace-text" : "quiet-text" },
    ];
  });
}

export function showAssignments(state, remove) {
  const total = byReason => Object.values(byReason).reduce((a, b) => a + b, 0);
  rows("assignments", state.assignments, each => String(each.id), each => {
    const done = state.statistics.find(one => one.assignment === each.id);
    const dropped = done ? total(done.droppedByKernel) + total(done.droppedByUserSpace) : 0;
    const settings = Object.entries(each.configuration).map(([key, value]) => key + "=" + value).join("\n");
    return [
      { text: String(each.id), className: "n quiet-text" },
      { text: each.policy, className: "name", title: settings },
      { text: each.tracks },
      { text: each.classes.join(", ") || "all" },
      { text: each.form || "not in force", className: each.form ? "" : "userspace-text" },
      number(done ? done.forwardedByKernel + done.forwardedByUserSpace : 0),
      number(dropped, dropped > 0 ? "dropped-text" : ""),
      { node: () => {
        const button = element("button", "Remove");
        button.addEventListener("click", () => remove(each.id));
        return button;
      } },
    ];
  });
}

/** Bars, longest first; `all` are [reason, count]. */
export function showBars(id, all) {
  const shown = all.filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
  const most = shown[0]?.[1] ?? 1;
  document.getElementById(id).replaceChildren(...shown.map(([reason, value]) => {
    const bar = element("progress");
    bar.max = most;
    bar.value = value;
    const row = element("div");
    row.dataset.reason = reason;
    row.append(element("span", reason.replaceAll("_", " ")), bar, element("span", count(value), "n"));
    return row;
  }));
  document.getElementById(id + "-empty").hidden = shown.length > 0;
}
