// SPDX-License-Identifier: Apache-2.0
// What the page can change. The token goes into a header of its own, which no other site can make a browser send.
import { element } from "./format.js";

const field = id => document.getElementById(id);
const KEPT = "weir-token";

function answer(text, good) {
  const place = field("answer");
  place.textContent = text;
  place.className = good ? "good" : "bad";
}

async function post(path, body, done) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Weir-Token": field("token").value.trim() },
      body: JSON.stringify(body),
    });
    const result = await response.json();
    answer(response.ok ? done(result) : result.error, response.ok);
  } catch (thrown) {
    answer("The relay did not answer (" + thrown.message + ").", false);
  }
}

export const setClass = (subscriber, laneClass) =>
  post("page/class/set", { subscriber, laneClass }, () => "Subscriber " + subscriber + " is of class " + laneClass + ".");

export const removeAssignment = id =>
  post("page/policy/remove", { id }, () => "Assignment " + id + " is removed.");

function settings(text) {
  const result = {};
  for (const each of text.split(/,(?=\s*[^,=]+=)/).filter(part => part.trim())) {
    const at = each.indexOf("=");
    if (at < 1) throw new Error("Settings are KEY=VALUE, separated by commas, not '" + each.trim() + "'.");
    result[each.slice(0, at).trim()] = each.slice(at + 1).trim();
  }
  return result;
}

function apply(event) {
  event.preventDefault();
  try {
    const wanted = {
      policy: field("apply-policy").value,
      tracks: field("apply-tracks").value,
      classes: field("apply-class").value ? [field("apply-class").value] : [],
      settings: settings(field("apply-settings").value),
    };
    post("page/policy/apply", wanted, done =>
      done.policy + " (" + (done.form || "not in force") + ") serves " + done.tracks + "; swapped in " + Math.round(done.swapNanos / 1000) + " µs.");
  } catch (thrown) {
    answer(thrown.message, false);
  }
}

function choices(select, values, texts = values) {
  if ([...select.options].map(option => option.value).join("\n") === values.join("\n")) return;
  const chosen = select.value;
  select.replaceChildren(...values.map((value, i) => {
    const option = element("option", texts[i]);
    option.value = value;
    return option;
  }));
  if (values.includes(chosen)) select.value = chosen;
}

export function showChoices(state) {
  choices(field("apply-policy"), state.policies.filter(each => each.state !== "refused").map(each => each.name));
  choices(field("apply-class"), ["", ...state.classes], ["all", ...state.classes]);
}

export function startSteering() {
  field("apply").addEventListener("submit", apply);
  field("token-form").addEventListener("submit", event => event.preventDefault());
  field("token").value = sessionStorage.getItem(KEPT) ?? "";
  field("token").addEventListener("change", () => sessionStorage.setItem(KEPT, field("token").value));
}
