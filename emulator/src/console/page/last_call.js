// The last call of the control API that a button has made, and its answer.

import { curl, described } from "./api.js";
import { copyButton } from "./copy.js";
import { announce, chip, h } from "./dom.js";
import { json } from "./foreign.js";

/** The members of answers that people take along, by the name of the button. */
const TAKEN = { jwt: "Copy token", jwtAccess: "Copy token", token: "Copy token", api_key: "Copy API key",
  private_key: "Copy private key", code: "Copy code" };

/** Shows a call with its status and answer. */
export function show(request, status, answer) {
  const panel = document.getElementById("last-call");
  const good = status === 200;
  const taken = Object.entries(TAKEN).filter(([name]) => good && typeof answer[name] === "string");
  const close = h("button", { type: "button", class: "quiet", "aria-label": "Close the last call",
    onclick: () => { panel.hidden = true; } }, "Close");
  const isEmpty = Object.keys(answer).length === 0;
  panel.replaceChildren(
    h("div", { class: "row" },
      chip(status ? String(status) : "no answer", good ? "ok" : "bad"),
      h("code", { class: "grow", title: described(request) }, described(request)),
      taken.map(([name, label]) => copyButton(label, label.slice(5), answer[name])),
      copyButton("Copy as curl", "the call", curl(request)),
      close),
    isEmpty ? "" : h("details", { open: !good },
      h("summary", {}, good ? "Answer" : answer.message ?? "Answer"),
      json(answer, "Answer")));
  panel.hidden = false;
  announce(good ? `Done: ${request.method} ${request.path}` : `Refused: ${answer.message}`);
}
