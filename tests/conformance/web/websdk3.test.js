// Pages with the browser SDK of LoginID's current service, npm's newest, in a real Chromium. Every token that
// comes out is verified with the key set, and in the end by a C program with the library.
"use strict";

const assert = require("node:assert/strict");
const { createHash, createPublicKey, randomUUID, verify } = require("node:crypto");
const { readFileSync } = require("node:fs");
const http = require("node:http");
const { join } = require("node:path");
const { after, before, test } = require("node:test");
const { Chromium } = require("./chromium");
const { servePages } = require("./pages");
const { verifyInC } = require("./verify");

const address = process.env.LOGINID_EMULATOR_URL;
const config = {
  baseUrl: process.env.LOGINID_V2_BASE_URL,
  appId: process.env.LOGINID_V2_APPLICATION_ID,
};

let browser;
let servers;
const pages = {};
// Every token that a page got, and what the backend knows of it.
const issued = [];

before(async () => {
  servers = await servePages("www.shop.example");
  browser = await Chromium.start(["www.shop.example"], [servers.pin]);
  pages.http = `http://localhost:${servers.httpPort}`;
  pages.https = `https://www.shop.example:${servers.httpsPort}`;
  const added = { origin: pages.https, rp_id: "shop.example" };
  await backend("POST", "/_emulator/origins", added);
});

after(async () => {
  await browser?.stop();
  servers?.close();
});

const newName = () => `ada-${randomUUID()}@example.com`;

// A request to the emulator under its own address: not every resolver knows *.localhost.
function backend(method, path, body, authorization) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    if (authorization) headers.Authorization = authorization;
    const request = http.request(address + path, { method, headers }, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      if (answer.statusCode >= 300) reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      else resolve(text && JSON.parse(text));
    });
    request.once("error", reject);
    request.end(body && JSON.stringify(body));
  });
}

const basic = `Basic ${Buffer.from(`${process.env.LOGINID_V2_API_KEY}:`).toString("base64")}`;

// The claims of a token of the service.
async function verified(token) {
  const [header, claims, signature] = token.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(header, "base64url"));
  const { keys } = await backend("GET", "/fido2/v2/.well-known/jwks.json");
  const key = createPublicKey({ key: keys.find((key) => key.kid === kid), format: "jwk" });
  const given = { key, dsaEncoding: "ieee-p1363" };
  const signed = Buffer.from(`${header}.${claims}`);
  assert.equal(alg, "ES256");
  assert.ok(verify("sha256", signed, given, Buffer.from(signature, "base64url")));
  const parsed = JSON.parse(Buffer.from(claims, "base64url"));
  assert.equal(parsed.iss, config.baseUrl);
  assert.equal(parsed.aud, config.appId);
  return parsed;
}

// Verifies the token of a log-in, also remotely.
async function loggedIn({ value, error }, username) {
  assert.equal(error, undefined);
  const claims = await verified(value.jwtAccess);
  issued.push({ token: value.jwtAccess, username });
  assert.equal(claims.tokenType, "jwtAccess");
  assert.equal(claims.username, username);
  const body = { jwtAccess: value.jwtAccess };
  assert.equal(await backend("POST", "/fido2/v2/mgmt/token/verify", body, basic), "");
  return { ...value, claims };
}

// Calls a method of the SDK in a page.
function call(method, ...args) {
  const inPage = (config, method, args) => new WebSDK(config)[method](...args);
  return browser.run(inPage, config, method, args);
}

async function works(result) {
  const { value, error } = await result;
  assert.equal(error, undefined);
  return value;
}

for (const origin of ["http", "https"]) {
  test(`a page signs up, signs in and manages passkeys: ${origin}`, async () => {
    await browser.open(`${pages[origin]}/websdk3`);
    const username = newName();
    const options = { usernameType: "email" };
    const signedUp = await loggedIn(await call("registerWithPasskey", username, options), username);

    const named = await call("authenticateWithPasskey", username, options);
    const token = (await loggedIn(named, username)).jwtAccess;

    const [passkey, ...others] = await works(call("listPasskeys", { token }));
    assert.deepEqual(others, []);
    assert.equal(passkey.id, signedUp.claims.credID);
    assert.equal(await works(call("renamePasskey", passkey.id, "Laptop", { token })), null);
    const [renamed] = await works(call("listPasskeys", { token }));
    assert.equal(renamed.name, "Laptop");
    assert.ok(renamed.lastUsedAt);

    // The device has a passkey of this user already.
    const again = await call("addPasskey", username, { ...options, token });
    assert.equal(again.error?.code, "ERROR_PASSKEY_EXISTS", JSON.stringify(again));

    assert.equal(await works(call("deletePasskey", passkey.id, { token })), null);
    assert.deepEqual(await works(call("listPasskeys", { token })), []);
  });
}

test("a user signs in without a name", async () => {
  // A host with a relying party of its own: the virtual authenticator takes any of several passkeys.
  await browser.open(`http://app.localhost:${servers.httpPort}/websdk3`);
  const username = newName();
  await loggedIn(await call("registerWithPasskey", username), username);
  await loggedIn(await call("authenticateWithPasskey"), username);
});

test("a user signs in on another device with a one-time code", async () => {
  await browser.open(`${pages.http}/websdk3`);
  const username = newName();
  await loggedIn(await call("registerWithPasskey", username), username);
  const { code, expiresAt } = await works(call("generateCodeWithPasskey", username));
  assert.match(code, /^[0-9]{6}$/);
  assert.ok(Date.parse(expiresAt) > Date.now());
  await loggedIn(await call("authenticateWithCode", username, code), username);
  const used = await call("authenticateWithCode", username, code);
  assert.ok(used.error);
});

test("a user confirms a transaction", async () => {
  await browser.open(`${pages.http}/websdk3`);
  const username = newName();
  await loggedIn(await call("registerWithPasskey", username), username);
  const payload = "Pay 5 € to Bob";
  const options = { txType: "raw", nonce: randomUUID() };
  const { token } = await works(call("confirmTransaction", username, payload, options));
  const claims = await verified(token);
  issued.push({ token, username, payload, nonce: options.nonce });
  assert.equal(claims.nonce, options.nonce);
  const text = payload + options.nonce + claims.lNonce;
  assert.equal(claims.txHash, createHash("sha256").update(text).digest("base64url"));
});

// Calls a function of the page of docs/v2/web.md, whose server answers what `answers` says for each path.
// Returns the requests that the page made, with its last answer as the value.
function onPage(name, args, answers) {
  const documentation = join(__dirname, "../../../docs/v2/web.md");
  const [, script] = readFileSync(documentation, "utf8").match(/```js\n(.*?)```/s);
  const inPage = async (config, script, name, args, answers) => {
    const requests = [];
    const service = window.fetch.bind(window);
    window.fetch = async (path, options) => {
      if (!answers[path]) return service(path, options);
      requests.push({ path, body: JSON.parse(options.body) });
      return new Response(JSON.stringify(answers[path]));
    };
    const page = new Function("baseUrl", "appId", `${script}; return { signUp, logIn, pay };`);
    await page(config.baseUrl, config.appId)[name](...args);
    window.fetch = service;
    return requests;
  };
  return works(browser.run(inPage, config, script, name, args, answers));
}

test("the page of the documentation sends its server the tokens", async () => {
  await browser.open(`${pages.http}/websdk3`);
  const username = newName();
  for (const name of ["signUp", "logIn"]) {
    const [session, ...others] = await onPage(name, [username], { "/session": {} });
    assert.deepEqual(others, []);
    await loggedIn({ value: session.body }, username);
  }
  const begun = { username, payload: "Pay 5 € to Bob", nonce: randomUUID() };
  const answers = { "/pay/begin": begun, "/pay/complete": {} };
  const [begin, complete] = await onPage("pay", ["book"], answers);
  assert.deepEqual(begin, { path: "/pay/begin", body: { payment: "book" } });
  const { token } = complete.body;
  const claims = await verified(token);
  issued.push({ token, ...begun });
  const text = begun.payload + begun.nonce + claims.lNonce;
  assert.equal(claims.txHash, createHash("sha256").update(text).digest("base64url"));
});

test("what the service refuses is an error of the SDK", async () => {
  await browser.open(`${pages.http}/websdk3`);
  const { error } = await call("listPasskeys", { token: "x.y.z" });
  assert.ok(error, "a bad token");
  const unknown = await call("authenticateWithCode", newName(), "000000");
  assert.ok(unknown.error, "an unknown user");
});

test("every token that came out verifies in C", () => {
  const { status, stdout, stderr } = verifyInC(issued);
  assert.equal(stderr, "");
  assert.equal(stdout, "verified in C: 11 log-ins, 2 transactions\n");
  assert.equal(status, 0);
  const [transaction] = issued.filter(({ payload }) => payload);
  const [login] = issued;
  for (const [code, refused] of [
    ["username_mismatch", { ...login, username: transaction.username }],
    ["token_kind_mismatch", { token: transaction.token, username: transaction.username }],
    ["transaction_hash_missing", { ...transaction, token: login.token, username: login.username }],
    ["transaction_hash_mismatch", { ...transaction, payload: "Pay 500 € to Bob" }],
    ["nonce_mismatch", { ...transaction, nonce: "another" }],
  ]) {
    const { status, stderr } = verifyInC([refused]);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`"code":"${code}"`));
  }
});
