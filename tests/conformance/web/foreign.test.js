// Pages of other origins, and other names for this machine, get nowhere. So does no page at the
// control API, but for the emulator's own.
"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { Chromium } = require("./chromium");
const { baseUrl, call, control } = require("./emulator");
const { servePages } = require("./pages");

const FOREIGN = "foreign.example";
const REBOUND = "rebound.example";
const USERNAME = "foreign@example.com";

let browser;
let servers;
const port = new URL(baseUrl).port;

before(async () => {
  servers = await servePages(FOREIGN);
  browser = await Chromium.start([FOREIGN, REBOUND], [servers.pin]);
  await call("/manage/users", "users.create", { username: USERNAME });
});

after(async () => {
  await browser?.stop();
  servers?.close();
});

// What a page reads from a URL: the status and the code, or the name of the error.
async function read(url, options = {}) {
  const inPage = async (url, options) => {
    const answer = await fetch(url, options);
    const body = await answer.json();
    return `${answer.status} ${body.code ?? ""}`.trim();
  };
  const { value, error } = await browser.run(inPage, url, options);
  return error ? error.name : value;
}

const JSON_POST = { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } };
const PLAIN_POST = { method: "POST", body: "{}" };

// Everything a page can try to change something: it ends without an answer.
async function tries(url) {
  for (const options of [JSON_POST, PLAIN_POST, { method: "DELETE" }, {}]) {
    assert.equal(await read(url, options), "TypeError", JSON.stringify(options));
  }
  // This one is sent without a preflight. The page gets an error, or an answer without its body.
  const blind = await read(url, { ...PLAIN_POST, mode: "no-cors" });
  assert.match(blind, /^(TypeError|SyntaxError)$/);
  // So is a form, which takes the user to the answer.
  const submit = async (url) => {
    const form = document.body.appendChild(document.createElement("form"));
    Object.assign(form, { method: "post", action: url, enctype: "text/plain" });
    form.submit();
  };
  await browser.run(submit, url);
  const shown = await browser.reached(url);
  assert.equal(JSON.parse(shown).code, "origin_not_allowed");
}

async function nothingHappened() {
  const found = await call("/manage/users/retrieve", "users.retrieve", { username: USERNAME });
  assert.equal(found.username, USERNAME);
}

for (const kind of ["http", "https", "localhost"]) {
  test(`a page of another origin gets nowhere at the control API: ${kind}`, async () => {
    const origin = {
      http: `http://${FOREIGN}:${servers.httpPort}`,
      https: `https://${FOREIGN}:${servers.httpsPort}`,
      // It may call the service, but not the control API.
      localhost: `http://localhost:${servers.httpPort}`,
    }[kind];
    for (const host of ["localhost", "127.0.0.1"]) {
      await browser.open(`${origin}/0.13.2`);
      await tries(`http://${host}:${port}/_emulator/reset`);
    }
    await nothingHappened();
  });
}

test("a page of another origin gets nowhere at the service", async () => {
  await browser.open(`https://${FOREIGN}:${servers.httpsPort}/0.13.2`);
  const before = (await control("GET", "/requests")).count;
  const url = `${baseUrl}/authenticate/fido2/init`;
  assert.equal(await read(url, JSON_POST), "TypeError");
  assert.equal((await control("GET", "/requests")).count, before, "the preflight was refused");
  assert.equal(await read(`${baseUrl}/certs`), "TypeError", "no answer can be read");
  const inPage = (baseUrl, name) => new WebSDK(baseUrl, "x").registerWithFido2(name);
  const { error } = await browser.run(inPage, baseUrl, "grace@example.com");
  assert.equal(error.name, "TypeError");
});

test("a name that an attacker resolves to this machine gets nowhere", async () => {
  // The page and the emulator have the same origin, so the browser does not object.
  await browser.open(`http://${REBOUND}:${port}/`);
  const inPage = async () => location.origin;
  assert.deepEqual(await browser.run(inPage), { value: `http://${REBOUND}:${port}` });
  for (const [path, options] of [
    ["/_emulator/", {}],
    ["/_emulator/requests", {}],
    ["/_emulator/reset", PLAIN_POST],
    ["/_emulator/reset", JSON_POST],
    ["/_emulator/requests", { method: "DELETE" }],
  ]) {
    assert.equal(await read(path, options), "403 host_not_allowed", path);
  }
  await nothingHappened();
});

test("a page of the emulator itself uses the control API", async () => {
  await browser.open(`${baseUrl}/_emulator/`);
  assert.equal(await read("/_emulator/requests"), "200");
  assert.equal(await read("/_emulator/clock", { method: "POST", body: '{"advance_s":0}' }), "200");
});
