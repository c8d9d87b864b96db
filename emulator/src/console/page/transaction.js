// The page at the `url` of a transaction: what the user's phone would show.

import { action, CHANGED, form } from "./actions.js";
import { currentToken, get, setToken, takeToken, TOKEN } from "./api.js";
import { countdown, now, setNow, tick } from "./clock.js";
import { h, newId } from "./dom.js";
import { follow } from "./events.js";
import { foreign, payload } from "./foreign.js";
import { sync } from "./list.js";

const main = document.getElementById("main");
const path = location.pathname.replace("/_emulator", "");
/** The requests that may change what is shown. */
const CHANGES = /\/(tx|clock|reset|state)(\/|$)/;

const screen = h("div", { class: "phone" });

async function refresh() {
  try {
    const info = await get("/");
    setNow(info.now);
    const transaction = await get(path);
    const isOpen = !transaction.confirmed && !transaction.denied && Date.parse(transaction.expires_at) > now();
    sync(screen, [{ ...transaction, isOpen }], ({ id }) => id, show);
  } catch (error) {
    const needsToken = error.needsToken === true;
    const wrong = needsToken && currentToken();
    sync(screen, [{ message: error.message, needsToken, wrong }], () => "error", needsToken ? askForToken : failed);
  }
}

function show({ username, tx_payload, confirmed, denied, expires_at, isOpen }) {
  const heading = h("h1", {}, isOpen ? "Confirm?" : confirmed ? "Confirmed" : denied ? "Denied" : "Expired");
  return h("section", { class: "card" }, heading,
    payload(tx_payload),
    h("p", { class: "hint" }, username ? ["for ", foreign(username)] : "for any user", isOpen ? [" · ", countdown(expires_at)] : ""),
    isOpen ? buttons(username) : "");
}

function buttons(username) {
  const request = { method: "POST", path: `${path}/confirm`, body: { username } };
  return h("div", { class: "row" },
    username ? action("Confirm", request, { tone: "main" }) : form({
      fields: [{ name: "username", label: "As", required: true }],
      label: "Confirm", tone: "main", request: (body) => ({ ...request, body }),
    }),
    action("Deny", { method: "POST", path: `${path}/deny` }, { tone: "bad" }));
}

function failed({ message }) {
  return h("section", { class: "card" }, h("h1", {}, "There is nothing to confirm"), h("p", {}, message));
}

function askForToken({ wrong }) {
  const input = h("input", { id: newId(), type: "password", autocomplete: "off", required: true, pattern: TOKEN });
  return h("form", { class: "card", onsubmit: (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    refresh();
  } },
    h("h1", {}, "Confirm a transaction"),
    wrong ? h("p", { class: "reason", role: "alert" }, "This token is wrong.") : "",
    h("div", { class: "field" }, h("label", { for: input.id }, "LOGINID_EMULATOR_TOKEN"), input),
    h("button", { class: "main" }, "Use the token"));
}

takeToken();
main.append(screen);
document.addEventListener(CHANGED, refresh);
setInterval(() => { if (tick()) refresh(); }, 500);
follow(
  (name, { path }) => { if (name === "lost" || CHANGES.test(path ?? "")) refresh(); },
  (isConnected) => { if (isConnected) refresh(); },
);
refresh();
