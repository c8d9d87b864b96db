// The users of both services.

import { action, form } from "./actions.js";
import { get, segment } from "./api.js";
import { copy } from "./copy.js";
import { card, chip, h, newId, short } from "./dom.js";
import { foreign, payload } from "./foreign.js";
import { sync } from "./list.js";

/** More are found by their names. */
const SHOWN = 100;

const search = h("input", { id: newId(), type: "search", autocomplete: "off", spellcheck: "false" });
const older = h("div", { class: "items" });
const currents = h("div", { class: "items" });
const olderApplication = h("select", { name: "client_id" });
const currentApplication = h("select", { name: "application_id" });
const more = { older: h("p", { class: "hint" }), current: h("p", { class: "hint" }) };

let shown = { older: [], current: [], codes: [], transactions: [] };

export function build(parent) {
  search.addEventListener("input", show);
  parent.append(
    h("div", { class: "field search" }, h("label", { for: search.id }, "Search by name, address or number"), search),
    h("div", { class: "columns wide" },
      card("Current service (v2)", addCurrent(), currents, more.current),
      card("Older service (v1)", addOlder(), older, more.older)));
}

function labelled(select, text) {
  select.id = newId();
  return h("div", { class: "field" }, h("label", { for: select.id }, text), select);
}

function addOlder() {
  return form({
    fields: [{ name: "username", label: "Name", required: true }, labelled(olderApplication, "Application")],
    label: "Add user", about: "of the older service", tone: "main",
    request: (values) => ({ method: "POST", path: "/users", body: values }),
    then: (_, element) => clear(element),
  });
}

function addCurrent() {
  return form({
    fields: [{ name: "username", label: "Name", required: true }, labelled(currentApplication, "Application")],
    label: "Add user", about: "of the current service", tone: "main",
    request: (values) => ({ method: "POST", path: "/v2/users", body: values }),
    then: (_, element) => clear(element),
  });
}

function clear(element) {
  element.elements.username.value = "";
}

export async function refresh({ info }) {
  const [{ users }, { codes }, { transactions }, { applications }] = await Promise.all(
    ["/users", "/codes", "/tx", "/v2/applications"].map(get));
  const of = await Promise.all(applications.map(({ application_id }) =>
    get(`/v2/users?application_id=${segment(application_id)}`)));
  shown = { older: users, current: of.flatMap((answer) => answer.users), codes, transactions };
  options(olderApplication, info.applications.map(({ client_id }) => client_id));
  options(currentApplication, applications.map(({ application_id }) => application_id));
  show();
}

/** The first one is the default application. */
function options(select, ids) {
  sync(select, ids, (id) => id, (id) => h("option", { value: id }, id === ids[0] ? `default (${short(id)})` : short(id)));
  select.form.update();
}

function show() {
  const part = search.value.trim().toLowerCase();
  const matches = (texts) => texts.some((text) => text?.toLowerCase().includes(part));
  const oldOnes = shown.older.filter(({ username, contacts }) =>
    matches([username, ...(contacts ?? []).map(({ contact }) => contact)]));
  const currentOnes = shown.current.filter(({ username, email, phone }) => matches([username, email?.value, phone?.value]));
  const withTheirs = oldOnes.slice(0, SHOWN).map((user) => ({
    ...user,
    codes: shown.codes.filter(({ username }) => username === user.username),
    transactions: shown.transactions.filter(({ username }) => username === user.username),
  }));
  const empty = () => h("p", { class: "empty" }, part ? "No name has this text." : "No users yet.");
  sync(older, withTheirs, ({ username }) => username, olderUser, { empty });
  sync(currents, currentOnes.slice(0, SHOWN), ({ id }) => id, currentUser, { empty });
  more.older.textContent = rest(oldOnes);
  more.current.textContent = rest(currentOnes);
}

function rest(users) {
  return users.length > SHOWN ? `${users.length - SHOWN} more: search for them.` : "";
}

function copyToken(name) {
  return (answer) => copy(answer[name], "The token");
}

/** A part of a user, left out if there is nothing in it. */
function part(title, items) {
  return items.length === 0 ? "" : h("div", {}, h("h4", {}, title), h("ul", { class: "plain" }, items));
}

function addPart(name, title, ...children) {
  return h("details", { "data-name": name }, h("summary", {}, title), ...children);
}

function olderUser(user) {
  const { username, status, credentials } = user;
  const contacts = user.contacts ?? [];
  const path = `/users/${segment(username)}`;
  const isActive = status === "active";
  return h("details", { class: "item", "data-name": username },
    h("summary", {}, h("strong", {}, foreign(username)), " ", isActive ? "" : chip(status, "bad"),
      h("span", { class: "hint" }, ` ${counted(credentials.length, "credential")}`)),
    h("div", { class: "row" },
      action("Log in as", { method: "POST", path: `${path}/login`, body: {} },
        { about: username, tone: "main", then: copyToken("jwt") }),
      isActive
        ? action("Deactivate", { method: "POST", path: `${path}/deactivate` }, { about: username })
        : action("Activate", { method: "POST", path: `${path}/activate` }, { about: username }),
      action("Delete", { method: "DELETE", path }, { about: username, tone: "bad" })),
    part("Credentials", credentials.map((credential) => credentialItem(path, credential))),
    part("Contacts", contacts.map(({ type, contact, is_verified }) => h("li", { class: "row" },
      h("span", { class: "grow" }, foreign(contact)), is_verified ? chip("verified", "ok") : chip("not verified"),
      action("Remove", { method: "DELETE", path: `${path}/contacts`, body: { type, contact } }, { about: contact })))),
    part("Codes", user.codes.map(({ code, type, is_authorized, is_used, expires_at }) => h("li", { class: "row" },
      h("code", { class: "grow" }, code), h("span", { class: "hint" }, type),
      chip(is_used ? "used" : is_authorized ? "authorized" : "not authorized"), h("span", { class: "hint" }, expires_at)))),
    part("Transactions", user.transactions.map(({ tx_payload, confirmed, denied }) => h("li", { class: "row" },
      payload(tx_payload, "grow small"), chip(confirmed ? "confirmed" : denied ? "denied" : "waiting")))),
    addPart("add", "Add a code, credential or contact", codeForm(path, username), credentialForm(path, username),
      contactForm(path, username)),
    h("p", { class: "hint" }, `id ${user.id ?? user.user_id ?? ""}`));
}

function counted(count, name) {
  return count === 1 ? `1 ${name}` : `${count} ${name}s`;
}

function credentialItem(path, { uuid, type, name, status }) {
  return h("li", { class: "row" },
    h("span", { class: "grow" }, foreign(name || "unnamed"), " ", h("span", { class: "hint" }, type)),
    chip(status, status === "active" ? "ok" : ""),
    status === "revoked" ? "" : action("Revoke", { method: "DELETE", path: `${path}/credentials/${segment(uuid)}` },
      { about: `${type} ${name}` }));
}

function codeForm(path, username) {
  return form({
    fields: [
      { name: "type", label: "Type", type: "select", options: ["short", "long", "phrase"] },
      { name: "purpose", label: "Purpose", type: "select", options: ["temporary_authentication", "add_credential"] },
      { name: "authorize", label: "Authorized", type: "checkbox" },
    ],
    label: "Make a code", about: `for ${username}`,
    request: (values) => ({ method: "POST", path: `${path}/codes`, body: values }),
  });
}

function credentialForm(path, username) {
  return form({
    fields: [
      { name: "type", label: "Type", type: "select", options: ["fido2", "password", "public_key", "authid", "recovery_code"] },
      { name: "name", label: "Name" },
    ],
    label: "Add credential", about: `to ${username}`,
    request: (values) => ({ method: "POST", path: `${path}/credentials`, body: values }),
  });
}

function contactForm(path, username) {
  return form({
    fields: [
      { name: "type", label: "Type", type: "select", options: ["email", "phone_number"] },
      { name: "contact", label: "Address or number", required: true },
      { name: "is_verified", label: "Verified", type: "checkbox" },
    ],
    label: "Add contact", about: `to ${username}`,
    request: (values) => ({ method: "POST", path: `${path}/contacts`, body: values }),
  });
}

function currentUser({ id, username, application_id, email, phone, passkeys }) {
  const path = `/v2/users/${segment(username)}`;
  const body = { application_id };
  const contact = (found) => found && h("li", { class: "row" }, h("span", { class: "grow" }, foreign(found.value)),
    found.verified ? chip("verified", "ok") : chip("not verified"));
  return h("details", { class: "item", "data-name": id },
    h("summary", {}, h("strong", {}, foreign(username)), h("span", { class: "hint" }, ` ${counted(passkeys.length, "passkey")}`)),
    h("div", { class: "row" },
      action("Log in as", { method: "POST", path: `${path}/login`, body },
        { about: username, tone: "main", then: copyToken("jwtAccess") }),
      action("Delete", { method: "DELETE", path, body }, { about: username, tone: "bad" })),
    part("Passkeys", passkeys.map((passkey) => h("li", { class: "row" },
      h("span", { class: "grow" }, foreign(passkey.name), " ", h("span", { class: "hint" }, passkey.providerName ?? "")),
      h("span", { class: "hint" }, passkey.lastUsedAt ? `used ${passkey.lastUsedAt}` : "never used"),
      action("Remove", { method: "DELETE", path: `${path}/passkeys/${segment(passkey.id)}`, body }, { about: passkey.name })))),
    part("Contacts", [contact(email), contact(phone)].filter(Boolean)),
    h("p", { class: "hint" }, `id ${id} · application ${application_id}`));
}
