// Pages with LoginID's browser SDK, its first and its last version, in a real Chromium.
"use strict";

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { after, before, describe, test } = require("node:test");
const { Chromium } = require("./chromium");
const { baseUrl, clientId, control, serviceToken } = require("./emulator");
const { CALLBACK, LOCAL, METHODS } = require("./methods");
const { servePages } = require("./pages");

const VERSIONS = ["0.13.2", "0.9.8"];
const PUBLIC = "a-public-application";

let browser;
let servers;
const origins = {};

before(async () => {
  servers = await servePages("www.shop.example");
  browser = await Chromium.start(["www.shop.example"], [servers.pin]);
  origins.http = `http://localhost:${servers.httpPort}`;
  origins.subdomain = `http://app.localhost:${servers.httpPort}`;
  origins.https = `https://www.shop.example:${servers.httpsPort}`;
  await control("POST", "/applications", { client_id: PUBLIC, keyless: true });
  for (const client_id of [clientId, PUBLIC]) {
    const added = { origin: origins.https, rp_id: "shop.example", client_id };
    await control("POST", "/origins", added);
  }
});

after(async () => {
  await browser?.stop();
  servers?.close();
});

const newName = () => `ada-${randomUUID()}@example.com`;

// A page of an application, opened anew: the SDK keeps a token for all later calls of its page.
class Page {
  constructor(origin, version, hasKey) {
    this.url = `${origins[origin]}/${version}`;
    this.version = version;
    this.hasKey = hasKey;
    this.clientId = hasKey ? clientId : PUBLIC;
    this.name = newName();
  }

  options(scope) {
    return this.hasKey ? { authorization_token: serviceToken(scope, this.name) } : {};
  }

  // Makes the user with a passkey. The SDK cannot log in with one whose id ends in a zero byte, which
  // it drops when it decodes the id.
  async register() {
    let id;
    do {
      this.name = newName();
      const options = this.options("auth.register");
      const { error } = await this.run("registerWithFido2", [this.name, options]);
      assert.equal(error, undefined);
      const { requests } = await control("GET", "/requests?path=/register/fido2/complete");
      id = Buffer.from(requests.at(-1).body.attestation_payload.credential_id, "base64url");
    } while (id.subarray(-2).includes(0));
  }

  async run(method, args) {
    await browser.open(this.url);
    const inPage = (baseUrl, clientId, method, callback, args) => {
      const given = args.map((argument) => (argument === callback ? () => {} : argument));
      return new WebSDK(baseUrl, clientId)[method](...given);
    };
    return browser.run(inPage, baseUrl, this.clientId, method, CALLBACK, args);
  }
}

async function works(page, method) {
  const { arguments: make, check, refusal } = METHODS[method];
  const { value, error } = await page.run(method, await make(page));
  if (refusal) {
    assert.equal(error?.code, refusal);
  } else {
    assert.equal(error, undefined);
    check(value, page.name);
  }
}

// The methods of a version that call the service.
function methodsOf(version) {
  const name = version === "0.13.2" ? "@loginid/sdk" : `loginid-sdk-${version}`;
  const { default: WebSDK } = require(`${name}/index.js`);
  const names = [];
  for (let from = WebSDK.prototype; from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    names.push(...Object.getOwnPropertyNames(from));
  }
  return names.filter((name) => !LOCAL.includes(name));
}

test("every method of both versions has its test", () => {
  const all = VERSIONS.flatMap(methodsOf);
  assert.deepEqual(new Set(all), new Set(Object.keys(METHODS)));
});

for (const origin of ["http", "subdomain", "https"]) {
  for (const version of VERSIONS) {
    for (const kind of ["with a key", "public"]) {
      describe(`${origin}, SDK ${version}, an application ${kind}`, () => {
        for (const method of methodsOf(version)) {
          test(method, () => works(new Page(origin, version, kind === "with a key"), method));
        }
      });
    }
  }
}
