// A document scan in an iframe of a page, with the last version of LoginID's browser SDK that has one.
"use strict";

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { after, before, test } = require("node:test");
const { Chromium } = require("./chromium");
const { baseUrl, call, clientId, control, serviceToken } = require("./emulator");
const { servePages } = require("./pages");

let browser;
let servers;
const pages = {};

before(async () => {
  servers = await servePages("www.shop.example");
  browser = await Chromium.start(["www.shop.example"], [servers.pin]);
  // For elements that come later.
  await browser.post("/timeouts", { implicit: 10_000 });
  pages.http = `http://localhost:${servers.httpPort}`;
  pages.https = `https://www.shop.example:${servers.httpsPort}`;
  await control("POST", "/origins", { origin: pages.https, rp_id: "shop.example" });
});

after(async () => {
  await browser?.stop();
  servers?.close();
});

// Calls a method of the SDK in a new page, which shows the scan in an iframe; presses its button.
async function scan(origin, button, method, args) {
  await browser.open(`${pages[origin]}/0.12.1`);
  const begin = async (baseUrl, clientId, method, args) => {
    const given = args.map((argument) => (argument === "body" ? document.body : argument));
    window.scanned = new WebSDK(baseUrl, clientId)[method](...given);
    window.scanned.catch(() => {});
  };
  assert.equal((await browser.run(begin, baseUrl, clientId, method, args)).error, undefined);
  await browser.post("/frame", { id: await find("iframe") });
  const [element] = Object.values(await find(`button[value=${button}]`));
  await browser.post(`/element/${element}/click`, {});
  await browser.post("/frame", { id: null });
  return browser.run(() => window.scanned);
}

const find = (value) => browser.post("/element", { using: "css selector", value });

// A user with a document whose scan has begun.
async function begun() {
  const username = `ada-${randomUUID()}@example.com`;
  await call("/manage/users", "users.create", { username });
  return { username, ...(await call("/credentials/authid/init", "credentials.force_add", { username })) };
}

for (const origin of ["http", "https"]) {
  test(`a page adds a document and logs in with it: ${origin}`, async () => {
    const { username, credential_uuid, iframe_url } = await begun();
    const added = await scan(origin, true, "authidIframeHandler", ["body", iframe_url]);
    assert.deepEqual(added, { value: null });
    const body = { username, credential_uuid, activate_credential: true };
    await call("/credentials/authid/complete", "credentials.force_add", body);

    const login = (button) => {
      const options = { authorization_token: serviceToken("auth.login", username) };
      return scan(origin, button, "authenticateWithVerify", [username, "body", options]);
    };
    const { value, error } = await login(true);
    assert.equal(error, undefined);
    assert.equal(value.is_authenticated, true);
    assert.equal(value.credential.uuid, credential_uuid);
    assert.equal((await login(false)).error?.message, "defaultFailedPage");
  });

  test(`a page learns that a document failed: ${origin}`, async () => {
    const { credential_uuid, iframe_url } = await begun();
    const { error } = await scan(origin, false, "authidIframeHandler", ["body", iframe_url]);
    assert.equal(error?.message, "defaultFailedPage");
    const { passed } = await control("GET", `/doc-scans/${credential_uuid}`);
    assert.equal(passed, false);
  });
}
