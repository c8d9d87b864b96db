// The page of docs/v2/web.md, with LoginID's browser SDK, in a real Chromium, served by the applications of the
// guides for Python.
"use strict";

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { after, before, test } = require("node:test");
const { Chromium } = require("./chromium");
const { guides, serveGuide } = require("./guides");

const config = {
  baseUrl: process.env.LOGINID_V2_BASE_URL,
  appId: process.env.LOGINID_V2_APPLICATION_ID,
};

let browser;

before(async () => {
  browser = await Chromium.start([], []);
});

after(() => browser?.stop());

// Calls a function of the page: its value, or the error's message.
async function call(name, ...args) {
  const inPage = (name, args) => window[name](...args);
  const { value, error } = await browser.run(inPage, name, args);
  return error ? { error: error.message } : value;
}

// A request of the page: status and JSON. `token` is the value of the cookie against forged requests.
async function ask(method, path) {
  const inPage = async (method, path) => {
    const [, token] = document.cookie.match(/csrftoken=([^;]+)/) ?? [];
    const headers = token ? { "X-CSRFToken": token } : {};
    const answer = await fetch(path, { method, headers });
    return [answer.status, await answer.json()];
  };
  const { value, error } = await browser.run(inPage, method, path);
  assert.equal(error, undefined);
  return value;
}

for (const guide of guides) {
  test(`a user signs up, logs in and logs out: ${guide}`, async () => {
    const { url, stop } = await serveGuide(guide, config);
    try {
      await browser.open(url);
      const username = `ada-${randomUUID()}@example.com`;
      const loggedOut = [401, { code: "login_required" }];
      assert.deepEqual(await ask("GET", "/passkeys"), loggedOut);
      for (const name of ["signUp", "logIn"]) {
        assert.deepEqual(await call(name, username), { username });
        const [status, { passkeys }] = await ask("GET", "/passkeys");
        assert.deepEqual([status, passkeys.length], [200, 1]);
        assert.deepEqual(await ask("DELETE", "/session"), [200, {}]);
        assert.deepEqual(await ask("GET", "/passkeys"), loggedOut);
      }
      const refused = await call("post", "/session", { jwtAccess: "a.b.c" });
      assert.deepEqual(refused, { error: "malformed_token" });
      const forgotten = await call("post", "/session", {});
      assert.deepEqual(forgotten, { error: "bad_request" });
    } finally {
      await stop();
    }
  });
}
