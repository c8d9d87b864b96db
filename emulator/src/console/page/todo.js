// What waits for a person: transactions, codes, waits and scans.

import { action, CHANGED, form } from "./actions.js";
import { get, segment } from "./api.js";
import { countdown, now, utc } from "./clock.js";
import { copyButton } from "./copy.js";
import { card, chip, h, short } from "./dom.js";
import { foreign, payload } from "./foreign.js";
import { sync } from "./list.js";

const NAMES = "usernames";
/** So many of each list at first: a load test may leave thousands. */
const SHOWN = 50;

const lists = {};
/** So many of each list now. */
const limits = {};
let waiting = 0;

const TITLES = {
  transactions: "transactions",
  decided: "decided transactions",
  codes: "codes",
  oneTimeCodes: "one-time codes",
  waits: "calls that wait",
  scans: "scans",
};

function list(name) {
  lists[name] = h("ul", { class: "items" });
  return lists[name];
}

export function build(parent) {
  parent.append(
    h("datalist", { id: NAMES }),
    h("div", { class: "columns" },
      stack(
        card("Transactions", list("transactions"),
          h("details", {}, h("summary", {}, "Decided or expired"), list("decided"))),
        currentTransaction()),
      stack(
        card("Codes", list("codes")),
        card("One-time codes of the current service", list("oneTimeCodes"))),
      stack(
        card("Calls that wait for a code", list("waits")),
        card("Document scans", list("scans")))));
}

/** Cards above each other, which stay there when others grow. */
function stack(...cards) {
  return h("div", { class: "stack" }, cards);
}

function currentTransaction() {
  return card("Confirm a transaction of the current service",
    h("p", { class: "hint" }, "Its transactions are confirmed in the user's browser. This makes the token that a page would get."),
    form({
      fields: [
        { name: "username", label: "User", list: NAMES, required: true },
        { name: "txPayload", label: "Payload", required: true },
        { name: "nonce", label: "Nonce", required: true },
      ],
      label: "Confirm", about: "a transaction of the current service", tone: "main",
      request: (values) => ({ method: "POST", path: "/v2/tx/confirm", body: values }),
    }));
}

export async function refresh() {
  const [{ transactions }, { codes }, { waits }, { doc_scans }, { applications }, { users }] = await Promise.all(
    ["/tx", "/codes", "/waits", "/doc-scans", "/v2/applications", "/users"].map(get));
  const ofApplications = await Promise.all(applications.map(({ application_id }) =>
    get(`/v2/codes?application_id=${segment(application_id)}`)));
  const oneTimeCodes = ofApplications.flatMap((answer) => answer.codes).filter(isFresh);
  const isOpen = (one) => !one.confirmed && !one.denied && isFresh(one);
  const open = transactions.filter(isOpen);
  const decided = transactions.filter((one) => !isOpen(one)).reverse();
  const good = codes.filter((code) => !code.is_used && isFresh(code));
  const scans = doc_scans.filter((scan) => scan.passed === null);

  document.getElementById(NAMES).replaceChildren(
    ...users.slice(0, 200).map(({ username }) => h("option", { value: username })));
  show("transactions", open.reverse(), ({ id }) => id, transaction, "No transaction waits. Those of POST /tx appear here.");
  show("decided", decided, ({ id }) => id, decidedTransaction, "None.");
  show("codes", good, (code) => `${code.username} ${code.type} ${code.purpose} ${code.code}`, codeItem,
    "No code is good now. Codes that users would get appear here.");
  show("oneTimeCodes", oneTimeCodes, (code) => `${code.application_id} ${code.username} ${code.purpose}`, oneTimeCode,
    "No code was sent. Those of e-mails and SMS appear here: nothing leaves the machine.");
  show("waits", waits.map((wait) => ({ ...wait, of: codes.find((code) => isOf(code, wait)) })),
    (wait) => `${wait.username} ${wait.code} ${wait.began_at_ms}`, waitItem, "No call waits.");
  show("scans", scans, ({ credential_uuid }) => credential_uuid, scanItem, "No document waits for its scan.");
  waiting = open.length + good.length + oneTimeCodes.length + scans.length;
}

export function count() {
  return waiting;
}

/** Shows the first items, and how many more there are. */
function show(name, items, keyOf, item, empty) {
  const limit = limits[name] ?? SHOWN;
  const shown = items.slice(0, limit);
  if (items.length > limit) shown.push({ more: items.length - limit });
  sync(lists[name], shown, (one) => (one.more ? "more" : keyOf(one)),
    (one) => (one.more ? moreItem(name, one.more) : item(one)), { empty: () => h("li", { class: "empty" }, empty) });
}

/** Each click shows twice as many, so that a few reach the last one. */
function moreItem(name, count) {
  const button = h("button", { type: "button", class: "quiet", "aria-label": `Show more: ${TITLES[name]}`, onclick: () => {
    limits[name] = 2 * (limits[name] ?? SHOWN);
    document.dispatchEvent(new Event(CHANGED));
  } }, "Show more");
  return h("li", { class: "row" }, h("span", { class: "empty" }, `${count} more`), button);
}

function isFresh({ expires_at }) {
  return Date.parse(expires_at) > now();
}

function isOf(code, wait) {
  return code.username === wait.username && code.type === wait.type && code.code === wait.code;
}

function transaction({ id, client_id, username, tx_payload, expires_at }) {
  const path = `/tx/${segment(id)}`;
  const deny = action("Deny", { method: "POST", path: `${path}/deny` }, { about: tx_payload, tone: "bad" });
  const confirm = username
    ? action("Confirm", { method: "POST", path: `${path}/confirm`, body: { username } },
      { about: `as ${username}: ${tx_payload}`, tone: "main" })
    : form({
      fields: [{ name: "username", label: "Any user may confirm it. As", list: NAMES, required: true }],
      label: "Confirm", about: tx_payload, tone: "main",
      request: (values) => ({ method: "POST", path: `${path}/confirm`, body: values }),
    });
  return h("li", {},
    payload(tx_payload),
    h("p", { class: "hint" }, username ? ["for ", foreign(username)] : "for any user", ` · application ${short(client_id)} · `, countdown(expires_at),
      " · ", h("a", { href: `/_emulator${path}`, target: "_blank", rel: "noopener" }, "Device page")),
    h("div", { class: "row" }, confirm, deny));
}

function decidedTransaction({ username, tx_payload, confirmed, denied }) {
  const state = confirmed ? chip("confirmed", "ok") : denied ? chip("denied", "bad") : chip("expired");
  return h("li", { class: "row" }, state, payload(tx_payload, "grow small"), h("span", { class: "hint" }, username ? foreign(username) : "any user"));
}

function codeItem({ username, type, purpose, code, expires_at, is_authorized }) {
  const path = `/users/${segment(username)}/codes`;
  const body = { type, purpose, code };
  const about = `the code ${code} of ${username}`;
  return h("li", {},
    codeRow(code, type === "short", about, expires_at),
    h("p", { class: "row" }, is_authorized ? chip("authorized", "ok") : chip("not authorized", "warn"),
      h("span", { class: "hint" }, foreign(username), ` · ${type} · to ${PURPOSES[purpose]}`)),
    h("div", { class: "row" },
      is_authorized ? "" : action("Authorize", { method: "POST", path: `${path}/authorize`, body }, { about, tone: "main" }),
      action("Expire", { method: "POST", path: `${path}/expire`, body }, { about })));
}

function codeRow(code, isShort, about, expires_at) {
  return h("p", { class: "row" }, h("span", { class: isShort ? "code" : "code long" }, code), countdown(expires_at),
    copyButton("Copy", about, code));
}

/** What each purpose of a code is for: those of v1, then those of the current service. */
const PURPOSES = {
  temporary_authentication: "log in",
  add_credential: "add a credential",
  sign_in: "sign in",
  email: "verify the address",
  phone: "verify the number",
};

function oneTimeCode({ username, application_id, purpose, channel, code, expires_at }) {
  const how = { email: "by e-mail", sms: "by SMS", caller: "shown by the caller" }[channel];
  return h("li", {},
    codeRow(code, true, `the code ${code} of ${username}`, expires_at),
    h("p", { class: "row" }, chip(how),
      h("span", { class: "hint" }, foreign(username), ` · to ${PURPOSES[purpose]} · application ${short(application_id)}`)));
}

function waitItem({ username, client_id, type, code, began_at_ms, of }) {
  const about = `the code ${code} of ${username}`;
  return h("li", {},
    h("p", { class: "row" }, h("span", { class: "code long" }, code), chip("waits", "warn")),
    h("p", { class: "hint" }, foreign(username), ` · ${type} · application ${short(client_id)} · since ${utc(began_at_ms)}`),
    of && !of.is_authorized && !of.is_used
      ? h("div", { class: "row" }, action("Authorize",
        { method: "POST", path: `/users/${segment(username)}/codes/authorize`, body: { type, purpose: of.purpose, code } },
        { about: `${about}, for the call that waits`, tone: "main" }))
      : "");
}

function scanItem({ username, credential_uuid, status, iframe_url }) {
  const decide = (label, passed, tone) => action(label,
    { method: "POST", path: `/doc-scans/${segment(credential_uuid)}`, body: { passed } }, { about: `the document of ${username}`, tone });
  return h("li", {},
    h("p", { class: "payload" }, "Document of ", foreign(username)),
    h("p", { class: "hint" }, `credential ${status} · `,
      h("a", { href: iframe_url, target: "_blank", rel: "noopener" }, "Scan page")),
    h("div", { class: "row" }, decide("Pass", true, "main"), decide("Fail", false, "bad")));
}
