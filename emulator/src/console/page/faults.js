// Faults: what is active, presets, and a form for every kind.

import { action, field, form } from "./actions.js";
import { card, chip, h } from "./dom.js";
import { KINDS, PRESETS } from "./fault_kinds.js";
import { sync } from "./list.js";

const active = h("ul", { class: "items" });
let activeCount = 0;

export function build(parent) {
  parent.append(
    h("div", { class: "columns" },
      card("Active", active,
        h("div", { class: "row" }, action("Clear all", { method: "DELETE", path: "/faults" }, { about: "faults", tone: "bad" }))),
      card("Presets", h("ul", { class: "items" }, PRESETS.map(([name, what, body]) => h("li", {},
        h("p", { class: "hint" }, what),
        action(name, { method: "POST", path: "/faults", body }))))),
      card("A fault of your own", ownFault())));
}

function ownFault() {
  const kindFields = h("div", { class: "fields", role: "group", "aria-label": "The kind's settings" });
  const element = form({
    fields: [
      { name: "kind", label: "What the client gets", type: "select",
        options: Object.entries(KINDS).map(([kind, [what]]) => [kind, `${kind}: ${what}`]) },
      kindFields,
      { name: "method", label: "Method (any if empty)", type: "select", options: ["", "GET", "POST", "PUT", "DELETE"] },
      { name: "path", label: "Path (any if empty; * at its end)", placeholder: "/fido2/v2/passkeys*" },
      { name: "skip", label: "Let pass first", type: "number" },
      { name: "times", label: "Times (until cleared if empty)", type: "number", value: 1 },
    ],
    label: "Add fault", tone: "main",
    request: ({ method, path, skip, times, retry_after, ...fault }) => {
      if (retry_after !== undefined) fault.headers = [["Retry-After", retry_after]];
      for (const [name, value] of Object.entries(fault)) if (value === false) delete fault[name];
      return { method: "POST", path: "/faults", body: { match: { method, path }, skip, times, fault } };
    },
  });
  const kind = element.elements.kind;
  const show = () => {
    kindFields.replaceChildren(...KINDS[kind.value][1].map(field));
    element.update();
  };
  kind.addEventListener("input", show);
  show();
  return element;
}

export async function refresh({ faults }) {
  activeCount = faults.length;
  sync(active, faults.map((fault, index) => ({ ...fault, index })), ({ index }) => String(index), item,
    { empty: () => h("li", { class: "empty" }, "No fault: the service answers as it should.") });
}

export function count() {
  return activeCount;
}

function item({ match, skip, times, fault: { kind, ...members } }) {
  const set = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== false && value !== ""));
  return h("li", {},
    h("p", { class: "row" }, chip(kind, "warn"),
      h("span", { class: "grow" }, `${match.method ?? "any method"} ${match.path ?? "any path"}`),
      h("span", { class: "hint" }, times === null ? "until cleared" : `${times} more`, skip ? `, after ${skip}` : "")),
    Object.keys(set).length ? h("code", {}, JSON.stringify(set)) : "");
}
