// SPDX-License-Identifier: Apache-2.0
// Numbers for people. Counters are written out to the last digit, because people compare them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const count = value => whole.format(value);

export const rate = value => value > 0 && value < 10 ? fine.format(value) : whole.format(value);

export const millis = nanos => {
  const value = nanos / 1e6;
  return value === 0 ? "–" : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole.format(value);
};

export const percent = share => share > 0 && share < 0.001 ? "<0.1 %" : fine.format(share * 100) + " %";

/** Makes an element; text never becomes markup. */
export function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function show(id, text) {
  document.getElementById(id).textContent = text;
}

/** A figure with a small unit after it. */
export function figure(id, text, unit) {
  document.getElementById(id).replaceChildren(text, element("small", unit));
}
