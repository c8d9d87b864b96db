// The emulator's clock, and what counts down by it.

import { h } from "./dom.js";

let offset = 0;

/** Sets the clock to these Unix seconds. */
export function setNow(seconds) {
  const shown = Math.floor(now() / 1000);
  // The answer has whole seconds: a clock that is right is left alone.
  if (Math.abs(shown - seconds) > 1) offset = seconds * 1000 - Date.now();
}

/** Milliseconds on the emulator's clock. */
export function now() {
  return Date.now() + offset;
}

/** How far the emulator's clock is ahead of this machine's, in words. */
export function difference() {
  const seconds = Math.round(offset / 1000);
  if (Math.abs(seconds) < 2) return "";
  return `${seconds > 0 ? "+" : "−"}${span(Math.abs(seconds))}`;
}

function span(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"]];
  const [size, name] = units.find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.round(seconds / size)} ${name}`;
}

/** `4:59`, or `23 h` for long times. */
function left(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 3600) return span(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A time in milliseconds, in UTC as tokens and logs have it. */
export function utc(milliseconds) {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, 19);
}

/** A countdown to a time in RFC 3339. */
export function countdown(until) {
  const element = h("time", { class: "countdown", datetime: until, title: `until ${until}` });
  show(element);
  return element;
}

function show(element) {
  const rest = Date.parse(element.dateTime) - now();
  const text = rest > 0 ? left(rest) : "expired";
  if (element.textContent === text) return false;
  element.textContent = text;
  element.classList.toggle("soon", rest < 30_000);
  return rest <= 0;
}

/** Shows all countdowns of the page. True if one has ended just now. */
export function tick() {
  return [...document.querySelectorAll("time.countdown")].map(show).some((ended) => ended);
}
