// Every method of LoginID's browser SDK that calls the service, and how a page uses it.
"use strict";

const assert = require("node:assert/strict");
const { call, transactionToken } = require("./emulator");

const PASSWORD = "correct horse battery";
const PAYLOAD = "Pay 10.00 EUR to Grace";
// Stands for a function among the arguments, which WebDriver cannot send.
const CALLBACK = "a callback";

// Each method: the arguments for a user of a page, after what must exist is made, and a check of
// the result. `page` has the user's `name`, the SDK's `version`, the token that the application's
// backend gives to its page (none if it is a public one), and `register()`, which makes the user
// with a passkey in the page.
const METHODS = {
  registerWithFido2: {
    arguments: (page) => [page.name, page.options("auth.register")],
    check: loggedIn("fido2"),
  },
  registerWithPassword: {
    arguments: (page) => [page.name, PASSWORD, PASSWORD, page.options("auth.register")],
    check: loggedIn("password"),
  },
  addFido2CredentialWithCode: {
    async arguments(page) {
      await passwordUser(page.name);
      const code = await authorizedCode(page.name, "add_credential");
      const options = page.options("credentials.add");
      return page.version === "0.9.8"
        ? [page.name, code, options.authorization_token, { code_type: "short" }]
        : [page.name, code, { ...options, code_type: "short" }];
    },
    check: loggedIn("fido2"),
  },
  authenticateWithFido2: {
    async arguments(page) {
      await page.register();
      return [page.name, page.options("auth.login")];
    },
    check: loggedIn("fido2"),
  },
  authenticateWithPassword: {
    async arguments(page) {
      await passwordUser(page.name);
      return [page.name, PASSWORD, page.options("auth.login")];
    },
    check: loggedIn("password"),
  },
  authenticateCodeWait: {
    async arguments(page) {
      await passwordUser(page.name);
      const code = await authorizedCode(page.name, "temporary_authentication");
      return [page.name, code, "short", page.options("auth.temporary")];
    },
    check: loggedIn(),
  },
  selfGenerateCode: {
    async arguments(page) {
      await page.register();
      const purpose = "temporary_authentication";
      return [page.name, "short", purpose, page.options("codes.generate")];
    },
    check(result, name) {
      assert.match(result.code_data.code, /^\d{6}$/);
      loggedIn("fido2")(result, name);
    },
  },
  createAndConfirmTransaction: {
    async arguments(page) {
      await page.register();
      const token = page.hasKey && { authorization_token: transactionToken(PAYLOAD) };
      return [page.name, PAYLOAD, { ...token, nonce: "the-nonce" }];
    },
    check: confirmed,
  },
  confirmTransaction: {
    async arguments(page) {
      await page.register();
      const body = { client_id: page.clientId, tx_payload: PAYLOAD, nonce: "the-nonce" };
      const { id } = await call("/tx", page.hasKey && "tx.create", body);
      return [page.name, id];
    },
    check: confirmed,
  },
  // The older names, with results of another shape.
  register: {
    arguments: (page) => [page.name, page.options("auth.register")],
    check: loggedInOld,
  },
  login: {
    async arguments(page) {
      await page.register();
      return [page.name, page.options("auth.login")];
    },
    check: loggedInOld,
  },
  // Deprecated in 0.9.8 and gone in 0.13.2. LoginID documents no such call any more.
  addAuthenticator: { arguments: (page) => [page.name, CALLBACK], refusal: "not_found" },
  pushAuthentication: { arguments: (page) => [page.name, CALLBACK], refusal: "not_found" },
};

// These send nothing.
const LOCAL = ["constructor", "isFido2Supported"];

function loggedIn(type) {
  return (result, name) => {
    assert.equal(result.is_authenticated, true);
    assert.equal(result.user.username, name);
    assert.equal(claims(result.jwt).udata, name);
    assert.equal(result.credential?.type, type);
  };
}

function loggedInOld(result, name) {
  assert.equal(result.username, name);
  assert.equal(claims(result.jwt).udata, name);
}

function confirmed(result, name) {
  const { nonce, udata, tx_hash } = claims(result.jwt);
  assert.deepEqual([nonce, udata, typeof tx_hash], ["the-nonce", name, "string"]);
}

function claims(jwt) {
  return JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));
}

function passwordUser(username) {
  const body = { username, password: PASSWORD, password_confirmation: PASSWORD };
  return call("/register/password", "auth.register", body);
}

async function authorizedCode(username, purpose) {
  const body = { username, purpose, authorize: true };
  return (await call("/codes/short/generate", "codes.generate", body)).code;
}

module.exports = { CALLBACK, LOCAL, METHODS };
