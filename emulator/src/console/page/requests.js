// The requests that both services have received, live.

import { action } from "./actions.js";
import { get, quoted } from "./api.js";
import { utc } from "./clock.js";
import { copyButton } from "./copy.js";
import { chip, h, newId, pairs } from "./dom.js";
import { json, verbatim } from "./foreign.js";
import { sync } from "./list.js";
import { times } from "./tokens.js";

/** So many of the latest are kept here. The emulator keeps more. */
const KEPT = 300;
/** Headers that curl writes itself, or that belong to one connection. */
const OWN_HEADERS = ["host", "connection", "content-length", "accept-encoding", "transfer-encoding", "expect"];

const kept = new Map();
/** The requests after this one are to be read. It goes back when one of them is answered late. */
let readAfter = null;
let total = 0;

const text = h("input", { id: newId(), type: "search", autocomplete: "off", spellcheck: "false", name: "filter" });
const refused = h("input", { id: newId(), type: "checkbox", name: "refused" });
const faulty = h("input", { id: newId(), type: "checkbox", name: "faulty" });
const list = h("div", { class: "items requests" });
const summary = h("p", { class: "hint" });
const recording = h("span", { class: "slot" });

export function build(parent) {
  for (const input of [text, refused, faulty]) input.addEventListener("input", show);
  parent.append(
    h("div", { class: "row filter" },
      h("div", { class: "field grow" }, h("label", { for: text.id }, "Filter by path, operation, code or reason"), text),
      h("label", { class: "check", for: refused.id }, refused, "refused only"),
      h("label", { class: "check", for: faulty.id }, faulty, "with a fault only"),
      recording,
      action("Clear", { method: "DELETE", path: "/requests" }, { about: "the requests" })),
    summary, list);
}

/** Learns from an event what is to be read again. */
export function note(name, data) {
  if (name === "request" && data.number !== null) {
    if (readAfter !== null) readAfter = Math.min(readAfter, data.number - 1);
    return;
  }
  const startsAgain = name === "control" && ["/_emulator/requests", "/_emulator/reset"].includes(data.path);
  if (startsAgain || name === "lost") readAll();
}

function readAll() {
  kept.clear();
  readAfter = null;
}

export async function refresh({ info }) {
  const query = readAfter === null ? `latest=${KEPT}` : `after=${readAfter}&latest=${KEPT}`;
  const { count, requests } = await get(`/requests?${query}`);
  // A reset by a program of the same process sends no event.
  if (count < total) kept.clear();
  total = count;
  for (const request of requests) kept.set(request.number, request);
  readAfter = Math.max(0, ...kept.keys());
  for (const number of [...kept.keys()].sort((a, b) => a - b).slice(0, Math.max(0, kept.size - KEPT))) kept.delete(number);
  const label = info.recording ? "Pause" : "Record";
  sync(recording, [label], (one) => one, (one) => action(one,
    { method: "PUT", path: "/requests", body: { recording: one === "Record" } }, { about: "the recording" }));
  show();
}

function show() {
  const part = text.value.trim().toLowerCase();
  const all = [...kept.values()].sort((a, b) => b.number - a.number);
  const shown = all.filter((request) => {
    const { method, path, operation, code, reason, status, fault } = request;
    const texts = [`${method} ${path}`, operation, code, reason, String(status ?? "")];
    return texts.some((one) => one?.toLowerCase().includes(part))
      && (!refused.checked || isRefused(request)) && (!faulty.checked || fault !== null);
  });
  summary.textContent = summaryOf(shown.length, all.length);
  sync(list, shown, ({ number }) => String(number), item, {
    empty: () => h("p", { class: "empty" }, all.length
      ? "No request passes the filter." : "No requests yet. Each call of your program appears here."),
  });
}

function summaryOf(shown, all) {
  if (all === 0) return "";
  if (all === total) return `${shown} of ${all} requests`;
  return shown === all ? `The latest ${all} of ${total} requests` : `${shown} of the latest ${all} requests. There are ${total}.`;
}

function isRefused({ code, status }) {
  return code !== null || (status !== null && status >= 400);
}

function item(request) {
  const { number, method, path, status, operation, code, reason, fault, received_at_ms, resent_token } = request;
  const tone = status === null ? "warn" : isRefused(request) ? "bad" : "ok";
  const details = h("details", { class: "item", "data-name": String(number) },
    h("summary", {},
      h("span", { class: "line" },
        chip(status === null ? "open" : String(status), tone),
        h("span", { class: "method" }, method),
        h("span", { class: "path" }, path),
        h("span", { class: "hint grow" }, operation ?? "no such route"),
        fault ? chip(`fault ${fault}`, "warn") : "",
        resent_token ? chip("token sent again", "warn") : "",
        h("time", { class: "hint", datetime: new Date(received_at_ms).toISOString() }, utc(received_at_ms).slice(11))),
      reason ? h("span", { class: "reason" }, `${code}: ${reason}`) : ""));
  // Most are never opened.
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...more(request));
  });
  return details;
}

function more(request) {
  const { query, headers, body, body_text, token, fault, carried_out } = request;
  return [
    h("div", { class: "row" }, copyButton("Copy as curl", `request ${request.number}`, asCurl(request)),
      fault ? h("span", { class: "hint" }, carried_out
        ? "The service carried it out, and a fault changed what the client got."
        : "A fault came first: the service did nothing.") : ""),
    query ? pairs([["Query", query]]) : "",
    token ? h("div", {}, h("h3", {}, "Token, decoded"), json(token.header, "Header of the token"),
      json(token.claims, "Claims of the token"), times(token.claims)) : "",
    body_text ? h("div", {}, h("h3", {}, "Body"), body === null ? verbatim(body_text, "Body") : json(body, "Body")) : "",
    h("div", {}, h("h3", {}, "Headers"), pairs(headers)),
  ].filter(Boolean);
}

/** One word for a shell, plain if it can be. */
function word(text) {
  return /^\w+$/.test(text) ? text : quoted(text);
}

function asCurl({ method, path, query, headers, body_text }) {
  const host = headers.find(([name]) => name === "host")?.[1] ?? location.host;
  const url = `${location.protocol}//${host}${path}${query ? `?${query}` : ""}`;
  // The address as it is: curl would expand brackets, and take dots out of the path. A method may have characters of a shell.
  const words = ["curl", "-g", "--path-as-is", ...(method === "HEAD" ? ["-sI"] : ["-sX", word(method)]), quoted(url)];
  for (const [name, value] of headers) {
    if (!OWN_HEADERS.includes(name)) words.push("-H", quoted(`${name}: ${value}`));
  }
  if (body_text) words.push("--data-raw", quoted(body_text));
  return words.join(" ");
}
