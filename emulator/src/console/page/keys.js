// The keys of both services, their applications, and tokens.

import { action, form } from "./actions.js";
import { get, segment } from "./api.js";
import { copyButton } from "./copy.js";
import { card, chip, h } from "./dom.js";
import { sync } from "./list.js";
import * as state from "./state.js";
import * as tokens from "./tokens.js";

const SCOPES = ["passkey:read", "passkey:write", "profile:read", "profile:write", "reg:write", "auth:write", "external:verify"];

const parts = {};

function items(name) {
  parts[name] = h("ul", { class: "items" });
  return parts[name];
}

export function build(parent) {
  parent.append(
    tokens.build(),
    h("div", { class: "columns wide" },
      card("Applications of the current service (v2)", items("current"), form({
        fields: [
          { name: "rp_id", label: "Relying party id", placeholder: "localhost" },
          { name: "protected", label: "First passkeys need a grant", type: "checkbox" },
        ],
        label: "Add application", about: "of the current service",
        request: (body) => ({ method: "POST", path: "/v2/applications", body }),
      })),
      card("Applications of the older service (v1)", items("older"), form({
        fields: [
          { name: "client_id", label: "Client id", placeholder: "random" },
          { name: "type", label: "Type", type: "select", options: ["directweb", "native", "oidc", "management"] },
          { name: "rp_id", label: "Relying party id", placeholder: "localhost" },
          { name: "keyless", label: "Public: without a key", type: "checkbox" },
        ],
        label: "Add application", about: "of the older service",
        request: (body) => ({ method: "POST", path: "/applications", body }),
      })),
      card("Keys of the current service (v2)", items("currentKeys"), rotation("/v2", "current")),
      card("Keys of the older service (v1)", items("olderKeys"), rotation("", "older")),
      state.build()));
}

function rotation(prefix, service) {
  const about = `the keys of the ${service} service`;
  return h("div", { class: "row" },
    action("Rotate", { method: "POST", path: `${prefix}/keys/rotate`, body: {} }, { about, tone: "main" }),
    action("Rotate and retire", { method: "POST", path: `${prefix}/keys/rotate`, body: { retire: true } }, { about }));
}

export async function refresh({ info }) {
  const [{ applications }, { keys }, { keys: currentKeys }] = await Promise.all(["/v2/applications", "/keys", "/v2/keys"].map(get));
  const apiKeys = await Promise.all(applications.map(({ application_id }) =>
    get(`/v2/api-keys?application_id=${segment(application_id)}`)));
  const current = applications.map((application, index) => ({ ...application, api_keys: apiKeys[index].api_keys, isDefault: index === 0 }));
  const older = info.applications.map((application, index) => ({ ...application, isDefault: index === 0 }));
  sync(parts.current, current, ({ application_id }) => application_id, currentApplication);
  sync(parts.older, older, ({ client_id }) => client_id, olderApplication);
  sync(parts.olderKeys, [...keys].reverse(), ({ kid }) => kid, (key) => keyItem("", key));
  sync(parts.currentKeys, [...currentKeys].reverse(), ({ kid }) => kid, (key) => keyItem("/v2", key));
}

function keyItem(prefix, { kid, public_key, is_current }) {
  return h("li", {},
    h("div", { class: "row" }, h("code", { class: "grow" }, kid),
      is_current ? chip("signs", "ok") : chip("served"),
      copyButton("Copy PEM", `the public key ${kid}`, public_key),
      is_current ? "" : action("Retire", { method: "DELETE", path: `${prefix}/keys/${segment(kid)}` }, { about: kid })));
}

function currentApplication({ application_id, base_url, api_keys, protected: isProtected, rp_id, origins, isDefault }) {
  return h("li", {},
    h("div", { class: "row" }, h("code", { class: "grow id" }, application_id),
      isDefault ? chip("default", "ok") : "", isProtected ? chip("protected", "warn") : "",
      copyButton("Copy id", `the application id ${application_id}`, application_id),
      copyButton("Copy base URL", `the base URL of ${application_id}`, base_url),
      isDefault ? "" : action("Remove", { method: "DELETE", path: `/v2/applications/${segment(application_id)}` },
        { about: application_id, tone: "bad" })),
    h("p", { class: "hint" }, `relying party ${rp_id}`, origins.map(({ origin }) => ` · ${origin}`)),
    h("h4", {}, "API keys"),
    h("ul", { class: "plain" }, api_keys.map(({ api_key, scopes, is_first }) => h("li", { class: "row" },
      h("code", { class: "grow" }, `${api_key.slice(0, 8)}…`),
      h("span", { class: "hint" }, scopes.length === SCOPES.length ? "all scopes" : scopes.join(" ") || "no scope"),
      copyButton("Copy", `the API key ${api_key.slice(0, 8)}`, api_key),
      is_first ? "" : action("Remove", { method: "DELETE", path: "/v2/api-keys", body: { api_key, application_id } },
        { about: `the API key ${api_key.slice(0, 8)}` })))),
    h("details", { "data-name": "add" }, h("summary", {}, "Add an API key"), form({
      fields: SCOPES.map((scope) => ({ name: scope, label: scope, type: "checkbox", value: scope === "passkey:read" })),
      label: "Add API key", about: `to ${application_id}`,
      request: (given) => ({ method: "POST", path: "/v2/api-keys",
        body: { scopes: SCOPES.filter((scope) => given[scope]), application_id } }),
    })));
}

function olderApplication({ client_id, type, public_key, rp_id, origins, isDefault }) {
  return h("li", {},
    h("div", { class: "row" }, h("code", { class: "grow id" }, client_id),
      isDefault ? chip("default", "ok") : "", public_key ? "" : chip("public", "warn"),
      copyButton("Copy id", `the client id ${client_id}`, client_id),
      isDefault ? "" : action("Remove", { method: "DELETE", path: `/applications/${segment(client_id)}` },
        { about: client_id, tone: "bad" })),
    h("p", { class: "hint" }, `${type} · relying party ${rp_id}`),
    h("ul", { class: "plain" }, origins.map(({ origin, rp_id: of }) => h("li", { class: "row" },
      h("span", { class: "grow" }, origin), h("span", { class: "hint" }, of),
      action("Remove", { method: "DELETE", path: "/origins", body: { origin, client_id } }, { about: origin })))),
    h("details", { "data-name": "origins" }, h("summary", {}, "Origins and relying party"),
      form({
        fields: [
          { name: "origin", label: "Origin", placeholder: "https://www.shop.example", required: true },
          { name: "rp_id", label: "Its relying party id", placeholder: "shop.example" },
        ],
        label: "Add origin", about: `to ${client_id}`,
        request: (values) => ({ method: "POST", path: "/origins", body: { ...values, client_id } }),
      }),
      form({
        fields: [{ name: "rp_id", label: "Relying party id", value: rp_id, required: true }],
        label: "Set", about: `the relying party id of ${client_id}`,
        request: (values) => ({ method: "POST", path: "/rp-id", body: { ...values, client_id } }),
      }),
      action("Set back", { method: "DELETE", path: "/rp-id", body: { client_id } }, { about: `the relying party id of ${client_id}` })));
}
