// The emulator that LOGINID_EMULATOR_URL names: its control API, and calls of an application.
"use strict";

const { createHash, createPrivateKey, randomUUID, sign } = require("node:crypto");

const baseUrl = process.env.LOGINID_BASE_URL;
const clientId = process.env.LOGINID_CLIENT_ID;
const key = createPrivateKey(process.env.LOGINID_PRIVATE_KEY.replaceAll("\\n", "\n"));

async function json(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${body.code}: ${body.message}`);
  return body;
}

async function control(method, path, body) {
  const options = { method, body: body && JSON.stringify(body) };
  return json(await fetch(`${baseUrl}/_emulator${path}`, options));
}

// A service token of the default application, as its backend makes it for a page.
function serviceToken(scope, username, claims = {}) {
  const parts = [
    { alg: "ES256", typ: "JWT" },
    {
      client_id: clientId,
      type: scope,
      nonce: randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      ...(username && { username }),
      ...claims,
    },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function transactionToken(payload) {
  const hash = createHash("sha256").update(payload).digest("base64url");
  return serviceToken("tx.create", null, { payload_hash: hash });
}

// A call of the application's backend. A public application has no scope, and sends no token.
async function call(path, scope, body) {
  const headers = { "Content-Type": "application/json", "X-Client-ID": body.client_id ?? clientId };
  if (scope) {
    const token = scope === "tx.create" ? transactionToken(body.tx_payload) : serviceToken(scope);
    headers.Authorization = `Bearer ${token}`;
  }
  return json(await fetch(baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) }));
}

module.exports = { baseUrl, call, clientId, control, serviceToken, transactionToken };
