// Tokens: what is wrong with one, and new ones of any content.

import { form, parsed } from "./actions.js";
import { card, chip, h } from "./dom.js";
import { json } from "./foreign.js";

/** What each kind is for. */
const KINDS = {
  v1_service_token: "A service token, which an application signs for its calls (v1)",
  v1_login: "A login (v1)",
  v1_transaction: "A confirmed transaction (v1)",
  v2_login: "A LoginID token, which says that a user has logged in (v2)",
  v2_grant: "A grant, which a backend gives to its page (v2)",
  v2_transaction: "A confirmed transaction (v2)",
};

export function build() {
  const verdict = h("div", { class: "verdict" });
  return h("div", { class: "columns wide" },
    card("What is wrong with a token?", form({
      fields: [{ name: "token", label: "Token", type: "area", required: true, placeholder: "eyJ…" }],
      label: "Check", about: "the token", tone: "main",
      request: ({ token = "" }) => ({ method: "POST", path: "/tokens/check", body: { token } }),
      then: (answer) => verdict.replaceChildren(...shown(answer)),
    }), verdict),
    card("Sign a token", h("p", { class: "hint" }, "With the service's current key: for tokens that your program must refuse."), form({
      fields: [
        { name: "service", label: "Service", type: "select", options: [["/v2/tokens", "current (v2)"], ["/tokens", "older (v1)"]] },
        { name: "claims", label: "Claims", type: "area", value: '{"aud": "another application", "exp": 1}', required: true },
      ],
      label: "Sign", about: "the token",
      request: ({ service, claims = "{}" }) => ({ method: "POST", path: service, body: { claims: parsed(claims) } }),
    })));
}

/** The times of claims, which are in seconds. */
export function times(claims) {
  const found = ["iat", "nbf", "exp"].filter((name) => typeof claims[name] === "number");
  const shown = found.map((name) => `${name} ${new Date(claims[name] * 1000).toUTCString()}`);
  return h("p", { class: "hint" }, shown.join(" · "));
}

function shown({ kind, header, claims, problems }) {
  const good = problems.length === 0;
  return [
    h("p", { class: "row" }, good ? chip("good", "ok") : chip("would be refused", "bad"),
      kind ? KINDS[kind] : "Not a token of LoginID"),
    good ? "" : h("ul", { class: "problems" }, problems.map((problem) => h("li", {}, problem))),
    header ? json(header, "Header") : "",
    claims ? json(claims, "Claims") : "",
    claims ? times(claims) : "",
  ].filter(Boolean);
}
