// The emulator that LOGINID_EMULATOR_URL names, and the SDK pointed at it.
"use strict";

const { randomUUID } = require("node:crypto");
const { LoginId, LoginIdManagement } = require("@loginid/node-sdk");

const baseUrl = process.env.LOGINID_BASE_URL;
const clientId = process.env.LOGINID_CLIENT_ID;
const privateKey = process.env.LOGINID_PRIVATE_KEY.replaceAll("\\n", "\n");

const called = new Map([LoginId, LoginIdManagement].map((sdk) => [sdk, new Set()]));

// An SDK object that remembers which of its methods were called.
function watched(Sdk) {
  return new Proxy(new Sdk(clientId, privateKey, baseUrl), {
    get(sdk, name) {
      const member = sdk[name];
      if (typeof member !== "function") return member;
      called.get(Sdk).add(name);
      // Bound, so that calls between methods do not count.
      return member.bind(sdk);
    },
  });
}

// The control API of the emulator, which acts as users and their devices.
function post(path, body = {}) {
  return control(path, { method: "POST", body: JSON.stringify(body) });
}

async function control(path, options) {
  const answer = await fetch(`${baseUrl}/_emulator/${path}`, options);
  if (answer.status !== 200) throw new Error(await answer.text());
  return answer.json();
}

module.exports = {
  application: watched(LoginId),
  management: watched(LoginIdManagement),
  baseUrl,
  called,
  clientId,
  control,
  newName: () => `ada-${randomUUID()}@example.com`,
  post,
};
