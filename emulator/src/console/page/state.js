// Users and applications in a file, to begin with again: `loginid-emulator --seed FILE`.

import { action, form, parsed } from "./actions.js";
import { card, h } from "./dom.js";

export function build() {
  return card("Users and applications in a file",
    h("p", { class: "hint" }, "An export has API keys and password hashes. An import replaces all users and added applications."),
    h("div", { class: "row" }, action("Export", { method: "GET", path: "/state" }, { then: save })),
    form({
      fields: [{ name: "state", label: "An export", type: "area", value: '{"users": [{"username": "ada"}]}', required: true }],
      label: "Import", tone: "bad",
      request: ({ state = "" }) => ({ method: "PUT", path: "/state", body: parsed(state) }),
    }));
}

/** Saves an answer as a file. */
function save(answer) {
  const text = new Blob([`${JSON.stringify(answer, null, 2)}\n`], { type: "application/json" });
  const url = URL.createObjectURL(text);
  h("a", { href: url, download: "emulator.json" }).click();
  URL.revokeObjectURL(url);
}
