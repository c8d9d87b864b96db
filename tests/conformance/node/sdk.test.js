// Every method of the official Node SDK, and its results.
"use strict";

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { describe, test } = require("node:test");
const { LoginId, LoginIdManagement } = require("@loginid/node-sdk");
const { application, baseUrl, called, clientId, control, management, newName, post } = require("./emulator");

const PURPOSE = "temporary_authentication";
const PAYLOAD = "Pay 10.00 EUR to Grace";

const newUser = () => management.addUserWithoutCredentials(newName());
const refused = (promise, code) => assert.rejects(promise, { name: "LoginSDK-Error", code });
const isTime = (text) => assert.ok(Date.parse(text) > Date.parse("2020-01-01"), text);

function send(path, token, body) {
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "X-Client-ID": clientId,
  };
  return fetch(baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
}

// LoginIdManagement has all methods of LoginId.
for (const [name, sdk] of Object.entries({ application, management })) {
  describe(`${name}: tokens and transactions`, () => {
    test("service tokens are taken, for their scope and once", async () => {
      const { username, id } = await newUser();
      const path = "/manage/users/retrieve";
      const token = sdk.generateServiceToken("users.retrieve", "ES256", username);
      const answer = await send(path, token, { username });
      assert.equal((await answer.json()).id, id);
      assert.equal((await send(path, token, { username })).status, 401);
      const other = sdk.generateServiceToken("users.delete");
      assert.equal((await send(path, other, { username })).status, 403);
    });

    test("transaction tokens are taken for their payload", async () => {
      const body = { client_id: clientId, tx_payload: PAYLOAD, nonce: "n" };
      const answer = await send("/tx", sdk.generateTxAuthToken(PAYLOAD), body);
      assert.equal(answer.status, 200);
      const refusal = await send("/tx", sdk.generateTxAuthToken("Pay nothing"), body);
      assert.equal(refusal.status, 403);
    });

    test("tokens of the service are verified with its public key", async () => {
      const { username } = await newUser();
      const { jwt } = await post(`users/${username}/login`);
      assert.equal(await sdk.verifyToken(jwt), true);
      assert.equal(await sdk.verifyToken(jwt, username), true);
      assert.equal(await sdk.verifyToken(jwt, "grace@example.com"), false);
      const { kid } = JSON.parse(Buffer.from(jwt.split(".")[0], "base64url"));
      assert.match(await sdk.getPublicKey(kid), /^-----BEGIN PUBLIC KEY-----/);
    });

    test("transactions are created, confirmed and verified", async () => {
      const { username } = await newUser();
      const id = await sdk.createTx(PAYLOAD, username, "a nonce of ours");
      const { jwt } = await post(`tx/${id}/confirm`);
      assert.equal(await sdk.verifyTransaction(jwt, PAYLOAD), true);
      assert.equal(await sdk.verifyTransaction(jwt, "Pay 99.00 EUR"), false);
      const claims = JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));
      assert.equal(claims.nonce, "a nonce of ours");
      assert.equal(claims.udata, username);
    });
  });
}

describe("users", () => {
  test("are added and found", async () => {
    const username = newName();
    const user = await management.addUserWithoutCredentials(username);
    assert.equal(user.username, username);
    assert.equal(user.status, "active");
    isTime(user.created_at);
    assert.equal(await management.getUserId(username), user.id);
    await refused(management.addUserWithoutCredentials(username), "username_taken");
  });

  test("are deactivated and activated", async () => {
    const { id } = await newUser();
    assert.equal((await management.deactivateUserById(id)).status, "inactive");
    await refused(management.deactivateUserById(id), "user_not_deactivated");
    assert.equal((await management.activateUserById(id)).status, "active");
  });

  test("are deleted by name and by id", async () => {
    const [one, other] = [await newUser(), await newUser()];
    assert.equal(await management.deleteUserByUsername(one.username), undefined);
    assert.equal(await management.deleteUserById(other.id), undefined);
    for (const { username } of [one, other]) {
      await refused(management.getUserId(username), "user_not_found");
    }
  });
});

test("codes are generated, authorized and invalidated", async () => {
  const { id } = await newUser();
  const made = await management.generateCode(id, "short", PURPOSE, false);
  assert.match(made.code, /^\d{6}$/);
  assert.equal(made.is_authorized, false);
  isTime(made.expires_at);
  const allowed = await management.authorizeCode(id, made.code, "short", PURPOSE);
  assert.equal(allowed.is_authorized, true);
  isTime((await management.invalidateAllCodes(id, "short", PURPOSE)).deleted_at);
  await refused(management.authorizeCode(id, made.code, "short", PURPOSE), "invalid_verification_code");
});

// The SDK sends the X-Client-ID of one client in the calls of others.
test("two applications in one process", async () => {
  const { client_id, private_key } = await post("applications");
  const second = new LoginIdManagement(client_id, private_key, baseUrl);
  const { id } = await newUser();
  for (const sdk of [second, management, second]) {
    assert.deepEqual((await sdk.getCredentials(id)).credentials, []);
    const other = sdk === second ? management : second;
    assert.match((await other.generateCode(id, "short", PURPOSE, true)).code, /^\d{6}$/);
  }
  const { requests } = await control("requests");
  const leaked = ({ headers, token }) =>
    headers.some(([name, value]) => name === "x-client-id" && value !== token?.claims.client_id);
  assert.ok(requests.some(leaked), "it leaks no more: the emulator need not take it");
});

describe("credentials", () => {
  test("are listed, renamed and revoked", async () => {
    const { id, username } = await newUser();
    const added = await post(`users/${username}/credentials`, { type: "fido2", name: "Phone" });
    const list = await management.getCredentials(id);
    assert.equal(list.user_id, id);
    assert.deepEqual(list.credentials, [added]);
    const renamed = await management.renameCredential(id, added.uuid, "Old phone");
    assert.equal(renamed.credential.name, "Old phone");
    const revoked = await management.revokeCredential(id, added.uuid);
    assert.equal(revoked.credential.status, "revoked");
    await refused(management.revokeCredential(id, added.uuid), "credential_already_revoked");
  });

  test("are begun without a code", async () => {
    const { id, username } = await newUser();
    const { attestation_payload: payload } = await management.initAddCredentialWithoutCode(id);
    assert.equal(payload.user.name, username);
    assert.equal(payload.rp.id, "localhost");
    assert.ok(payload.challenge.length >= 22);
  });

  for (const activate of [true, false]) {
    test(`are scans of documents, ${activate ? "activated" : "discarded"}`, async () => {
      const { id, username } = await newUser();
      const { credential_uuid: uuid, iframe_url: url } = await management.initDocScan(username);
      assert.equal((await fetch(url)).status, 200);
      await post(`doc-scans/${uuid}`, { passed: true });
      const evaluation = await management.evaluateDocScan(id, uuid);
      assert.equal(evaluation.token_type, "Bearer");
      const headers = { Authorization: `Bearer ${evaluation.auth_token}` };
      const { Data } = await (await fetch(evaluation.result_url, { headers })).json();
      assert.equal(Data.Matched, true);
      assert.equal(await management.verifyToken(evaluation.auth_token, username), true);
      const done = await management.completeDocScan(id, uuid, activate);
      assert.equal(done.user.id, id);
      assert.equal(done.is_authenticated, activate);
      assert.equal(done.jwt !== undefined, activate);
      const [credential] = (await management.getCredentials(id)).credentials;
      assert.equal(credential.status, activate ? "active" : "revoked");
    });
  }
});

const methods = (sdk) =>
  Object.getOwnPropertyNames(sdk.prototype).filter((name) => name !== "constructor");
const all = { LoginId: methods(LoginId), LoginIdManagement: methods(LoginIdManagement) };
const everything = [...all.LoginId, ...all.LoginIdManagement].sort();

// Tests run one after another, so this one sees the calls of the others.
test("every method was called", () => {
  assert.ok(all.LoginId.length >= 6 && all.LoginIdManagement.length >= 16);
  assert.deepEqual([...called.get(LoginId)].sort(), all.LoginId.sort());
  assert.deepEqual([...called.get(LoginIdManagement)].sort(), everything);
});

test("every method is in docs/parity.md", () => {
  const table = readFileSync(join(__dirname, "../../../docs/parity.md"), "utf8");
  const cells = table.split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|"));
  const names = cells.filter((row) => row.length === 8).flatMap((row) => row[2].match(/(?<=`)\w+(?=`)/g) ?? []);
  assert.deepEqual(names.sort(), [...everything, "LoginId", "LoginIdManagement"].sort());
});
