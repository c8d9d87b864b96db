// The demo, as a person goes through it: `make demo` with each service, both tabs, two devices.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { createInterface } = require("node:readline");
const { after, before, describe, test } = require("node:test");
const { Visitor } = require("./visitor");

const ROOT = resolve(__dirname, "../../..");
const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
const SCREENSHOTS = join(TARGET, "demo/screenshots");
const WAYS = { plain: /server makes all calls/, sdk: /server gets a token/ };
// As WebDriver names them.
const [ARROW_LEFT, ARROW_RIGHT] = ["\uE012", "\uE014"];
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The shop with its emulator, as a user starts them. They end by the signal of Ctrl-C.
class Demo {
  static start(service) {
    return new Demo().begin(service, "make", ["demo"]);
  }

  // As after a `make demo` without npm.
  static startWithoutSdk(service) {
    const shop = [join(TARGET, "demo/shop"), service, "0", "examples/web/page", "no-such-file"];
    return new Demo().begin(service, join(TARGET, "debug/loginid-emulator"), ["exec", "--", ...shop]);
  }

  async begin(service, command, args) {
    const env = { ...process.env, DEMO_SERVICE: service, DEMO_PORT: "0" };
    for (const name of Object.keys(env)) {
      if (name === "MAKEFLAGS" || name === "MAKELEVEL" || name.startsWith("LOGINID_")) delete env[name];
    }
    // A group of its own, as a terminal's foreground.
    const options = { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] };
    this.process = spawn(command, args, options);
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    this.lines = [];
    this.errors = "";
    this.process.stderr.on("data", (data) => (this.errors += data));
    const ready = new Promise((resolve) => {
      createInterface(this.process.stdout).on("line", (line) => {
        this.lines.push(line);
        if (line === "Ctrl-C ends both.") resolve();
      });
    });
    const ended = this.ended.then((code) => assert.fail(`${code}: ${this.errors}`));
    await Promise.race([ready, ended]);
    this.url = this.printed(`The shop, with LoginID ${service}: +(http://localhost:\\d+)/`);
    this.emulator = this.printed("The emulator of LoginID: +(http://localhost:\\d+)/_emulator/");
    return this;
  }

  // The address in a line.
  printed(expected) {
    const line = new RegExp(`^${expected}$`);
    const found = this.lines.map((text) => line.exec(text)).find(Boolean);
    assert.ok(found, `${expected} is not in ${this.lines.join("\n")}`);
    return found[1];
  }

  async stop() {
    process.kill(-this.process.pid, "SIGINT");
    await this.ended;
    for (const address of [this.url, this.emulator]) await assert.rejects(fetch(address), address);
  }

  // The latest request to a path of the service.
  async sent(path) {
    const { requests } = await (await fetch(`${this.emulator}/_emulator/requests?path=${path}`)).json();
    return requests.at(-1);
  }

  async control(path, body = {}) {
    const options = { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${this.emulator}/_emulator${path}`, options);
    assert.equal(answer.status, 200, path);
    return answer.json();
  }
}

// A page of the shop without a browser: it has a cookie, and says where it comes from.
class Page {
  constructor(demo) {
    this.demo = demo;
    this.headers = { Origin: demo.url, "Content-Type": "application/json" };
  }

  // "200", or the status and the code of an error. The answer is kept.
  async post(path, body = {}, headers = {}) {
    const request = { method: "POST", headers: { ...this.headers, ...headers } };
    request.body = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(this.demo.url + path, request);
    this.newCookie = answer.headers.get("set-cookie");
    if (this.newCookie) this.headers.Cookie = this.newCookie.split(";")[0];
    this.answer = await answer.json();
    return [answer.status, this.answer.error].filter(Boolean).join(" ");
  }
}

async function accessible(visitor, what) {
  await visitor.browser.run(`async () => { ${AXE}; window.axe = axe; }`);
  const { value, error } = await visitor.browser.run(async () => {
    const { violations, passes } = await axe.run();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    return { found, passed: passes.length };
  });
  assert.equal(error, undefined);
  assert.deepEqual(value.found, [], what);
  assert.ok(value.passed > 10, `${value.passed} rules`);
}

// Pictures of what is shown, on a large and a small screen, light and dark.
async function look(visitor, name) {
  for (const [size, width] of [["large", 1100], ["small", 360]]) {
    for (const scheme of ["light", "dark"]) {
      await visitor.show(width, scheme);
      await visitor.photograph(`${name}-${size}-${scheme}`);
      await accessible(visitor, `${name} ${size} ${scheme}`);
      const wide = await visitor.until(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name}: ${wide} > ${width}`);
    }
  }
}

async function enter(visitor, url, tab) {
  await visitor.open(url);
  await visitor.until(() => document.body.dataset.ready);
  await visitor.click(`#tab-${tab}`);
  await visitor.reads("#way", WAYS[tab]);
}

async function signUp(visitor, name) {
  await visitor.type("#passkey-name", name);
  await visitor.click('#passkey [value="signUp"]');
  await visitor.reads("#customer", new RegExp(`Signed in as ${name}`));
}

async function signOut(visitor) {
  await visitor.click("#sign-out");
  await visitor.reads("#visitor", /With a passkey/);
}

// Whether v1's SDK can log in with the passkey that was made last: it drops a zero byte near the end of an
// id when it decodes it.
async function isUsable(demo) {
  const { body } = await demo.sent("/register/fido2/complete");
  const id = Buffer.from(body.attestation_payload.credential_id, "base64url");
  return !id.subarray(-2).includes(0);
}

// What the emulator's control API needs to play the customer's device, for each service.
const DEVICES = {
  v2: {
    logIn: async (demo, username) => (await demo.control(`/v2/users/${username}/login`)).jwtAccess,
    confirm: async (demo, { username, payment, nonce }) =>
      (await demo.control("/v2/tx/confirm", { username, txPayload: payment, nonce })).token,
  },
  v1: {
    async logIn(demo, username) {
      await demo.control("/users", { username }).catch(() => {});
      return (await demo.control(`/users/${username}/login`)).jwt;
    },
    confirm: async (demo, { id, username }) =>
      (await demo.control(`/tx/${id}/confirm`, { username })).jwt,
  },
};

for (const service of ["v2", "v1"]) {
  describe(`LoginID ${service}`, () => {
    let demo;
    let first;
    let second;

    before(async () => {
      demo = await Demo.start(service);
      first = await Visitor.start(SCREENSHOTS);
      second = await Visitor.start(SCREENSHOTS);
    });

    after(async () => {
      await first?.stop();
      await second?.stop();
      await demo?.stop();
    });

    for (const tab of ["plain", "sdk"]) {
      test(`a customer signs up, pays, uses a second device and signs out, tab ${tab}`, async () => {
        let name = tab === "plain" ? "ada@example.com" : "grace@example.com";
        // The tabs by the keyboard.
        await enter(first, demo.url, tab === "plain" ? "sdk" : "plain");
        await first.press(tab === "plain" ? ARROW_LEFT : ARROW_RIGHT);
        await first.until((id) => document.activeElement.id === id, `tab-${tab}`);
        await first.reads("#way", WAYS[tab]);
        await look(first, `${service}-${tab}-1-visitor`);

        await signUp(first, name);
        while (service === "v1" && tab === "sdk" && !(await isUsable(demo))) {
          await signOut(first);
          name = `another-${name}`;
          await signUp(first, name);
        }
        await look(first, `${service}-${tab}-2-customer`);

        // The name is taken.
        await signOut(first);
        await first.type("#passkey-name", name);
        await first.click('#passkey [value="signUp"]');
        await first.reads("#message", /has an account/);
        await look(first, `${service}-${tab}-3-name-taken`);

        await first.click('#passkey [value="signIn"]');
        await first.reads("#customer", new RegExp(name));

        // A payment that is cancelled, and one that is confirmed.
        await first.click('[value="sencha"]');
        await first.click("#pay button");
        const payment = /^Pay 9\.80 EUR to Camellia for Sencha from Uji \(order [0-9a-f]{6}\)$/;
        const text = await first.reads("#confirm-text", payment);
        await look(first, `${service}-${tab}-4-confirm`);
        await first.click('#confirm [value=""]');
        await first.reads("#message", /Nothing was paid/);
        await first.click("#pay button");
        const again = await first.reads("#confirm-text", payment);
        assert.notEqual(again, text);
        await first.click('#confirm [value="confirm"]');
        assert.equal(await first.reads("#paid", /Confirmed/), `✓ Confirmed: ${again}`);
        assert.ok(demo.lines.includes(JSON.stringify({ username: name, paid: again })));

        const asked = await first.reads("#log", /\/pay\/complete 200/);
        const paths = asked.match(/\/(sdk\/)?pay\/\w+(?= 200)/g);
        assert.deepEqual(new Set(paths.map((path) => path.startsWith("/sdk/"))), new Set([tab === "sdk"]));
        if (service === "v2") {
          const { headers } = await demo.sent("/fido2/v2/auth/init");
          assert.match(Object.fromEntries(headers)["user-agent"], /Chrome/);
        }

        // The second device.
        await first.click("#make-code button");
        const code = (await first.reads("#made-code output", /^\d{6}$/)).trim();
        await first.reads("#made-code .note", /Valid once, for \d:\d\d/);
        assert.doesNotMatch(await first.reads("#log", /./), new RegExp(code));
        await look(first, `${service}-${tab}-5-code`);
        await enter(second, demo.url, tab);
        const wrong = code === "000000" ? "000001" : "000000";
        await second.type("#code-name", name);
        await second.type("#code-digits", wrong);
        await second.click("#with-code button");
        await second.reads("#message", /wrong, used or expired|It did not work/);
        await second.type("#code-digits", code);
        await second.click("#with-code button");
        await second.reads("#customer", new RegExp(name));
        await signOut(second);

        // Reloaded, the first device is signed in still, and then it is not.
        await enter(first, demo.url, tab);
        await first.reads("#customer", new RegExp(name));
        await signOut(first);
        await first.reads("#log", /\/sign-out 200/);
      });
    }

    test("the shop believes only its own page", async () => {
      const page = new Page(demo);
      assert.equal(await page.post("/state"), "200");
      for (const headers of [
        { Origin: "http://localhost:1" },
        { Origin: "null" },
        { Origin: "" },
        { "Content-Type": "text/plain" },
        { "Content-Type": "" },
      ]) {
        const refused = await page.post("/state", {}, headers);
        assert.equal(refused, "403 not_our_page", JSON.stringify(headers));
      }
      for (const body of ["", "{", "[]", "{}", '{"username":1}', '{"username":null}']) {
        assert.equal(await page.post("/sign-in/begin", body), "400 bad_request", body);
      }
      assert.equal(await page.post("/sign-in/begin", { username: "nobody" }), "403 no_passkey");
      // What fails at LoginID says nothing about the name or the code.
      for (const code of [500, 503]) {
        await demo.control("/faults", { match: { method: "POST" }, fault: { kind: "status", code } });
        for (const path of ["/sign-up/begin", "/sign-in/begin", "/sign-in/code"]) {
          const given = await page.post(path, { username: "nobody", code: "123456" });
          assert.equal(given, "503 unavailable", `${path} ${code}`);
        }
        await fetch(`${demo.emulator}/_emulator/faults`, { method: "DELETE" });
      }
      // Nor does a refusal for another reason, for example of a revoked API key.
      const begins = ["/sign-up/begin", "/sign-in/begin", "/sign-in/code"];
      const unavailable = "503 unavailable";
      const refusals = {
        unauthorized: [401, unavailable, unavailable, unavailable],
        forbidden: [403, unavailable, unavailable, unavailable],
        not_found: [404, unavailable, unavailable, unavailable],
        bad_request: [400, "400 bad_request", "400 bad_request", "400 bad_request"],
      };
      // v2 gives the same answer to a name that has an owner and to a wrong code.
      if (service === "v2") refusals.unauthorized = [401, "403 name_taken", unavailable, "403 wrong_code"];
      for (const [code, [status, ...expected]] of Object.entries(refusals)) {
        const body = service === "v2" ? { msg: "No.", msgCode: code } : { code, message: "No." };
        const fault = { kind: "status", code: status, body: JSON.stringify(body) };
        await demo.control("/faults", { match: { method: "POST" }, fault });
        for (const [index, path] of begins.entries()) {
          const given = await page.post(path, { username: "nobody", code: "123456" });
          assert.equal(given, expected[index], `${path} ${status}`);
        }
        await fetch(`${demo.emulator}/_emulator/faults`, { method: "DELETE" });
      }
      assert.equal(await page.post("/sign-in/code", { username: "nobody", code: "123456" }), "403 wrong_code");
      assert.equal(await page.post("/sign-in/begin", " ".repeat(65536)), "400 bad_request");
      assert.equal(await page.post("/sign-in/begin", " ".repeat(65537)), "413");
      assert.equal(await page.post("/sign-in/begin", " ".repeat(1000000)), "413");
      assert.equal(await page.post("/../shop.c"), "404 not_found");
      const scripts = ["shop", "server", "plain", `sdk-${service}`, "websdk"];
      const files = ["/", "/style.css", ...scripts.map((name) => `/${name}.js`)];
      for (const path of [...files, "/shop.c", "/%2e%2e/shop.c", "/state"]) {
        const answer = await fetch(demo.url + path);
        assert.equal(answer.status, files.includes(path) ? 200 : 404, path);
        const policy = answer.headers.get("content-security-policy");
        assert.match(policy, /default-src 'self'.*frame-ancestors 'none'/);
        await answer.arrayBuffer();
      }
      assert.equal((await fetch(demo.url, { method: "PUT" })).status, 405);
    });

    test("a session begins with the user of a verified token, anew", async () => {
      const page = new Page(demo);
      const pay = ["/pay/begin", "/pay/complete", "/sdk/pay/begin", "/sdk/pay/complete"];
      for (const path of ["/code", ...pay, "/sign-out"]) {
        const refused = await page.post(path, { username: "eve", tea: "sencha" });
        assert.equal(refused, "401 not_signed_in", path);
      }
      const visitor = { ...page.headers };
      const token = await DEVICES[service].logIn(demo, "eve");
      const [header, claims] = token.split(".");
      assert.match(await page.post("/sdk/sign-in", { token: `${header}.${claims}.AAAA` }), /^401 /);
      assert.match(await page.post("/sdk/sign-in", { token, username: "ada" }), /^200/);
      assert.equal(page.answer.username, "eve");
      assert.match(page.newCookie, /^shop=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/);
      assert.notEqual(page.headers.Cookie, visitor.Cookie);
      // Whoever knew the cookie before knows nothing now.
      const before = new Page(demo);
      before.headers = visitor;
      assert.equal(await before.post("/state"), "200");
      assert.equal(before.answer.username, null);

      const signedIn = { ...page.headers };
      assert.equal(await page.post("/state"), "200");
      assert.equal(page.answer.username, "eve");
      assert.equal(await page.post("/sign-out"), "200");
      before.headers = signedIn;
      assert.equal(await before.post("/state"), "200");
      assert.equal(before.answer.username, null);
      // A sign-in token is good for a minute only: it may be known to others after the sign-out.
      const minutesAgo = Math.floor(Date.now() / 1000) - 120;
      await demo.control("/clock", { now: minutesAgo });
      const old = await DEVICES[service].logIn(demo, "eve");
      await demo.control("/clock", { now: Math.floor(Date.now() / 1000) });
      assert.equal(await page.post("/sdk/sign-in", { token: old }), "401 token_too_old");
      // The begin of a ceremony is not a session, and its end without a begin is an error.
      assert.equal(await page.post("/sign-in/complete", {}), "400 null_argument");
    });

    test("a payment is the one that the shop kept, for its user, once", async () => {
      const { logIn, confirm } = DEVICES[service];
      const [eve, mallory] = [new Page(demo), new Page(demo)];
      for (const [page, name] of [[eve, "eve"], [mallory, "mallory"]]) {
        assert.equal(await page.post("/sdk/sign-in", { token: await logIn(demo, name) }), "200");
      }
      const begin = async (page, tea) => {
        const body = { tea, price: "0.01", payment: "Pay 0.01 EUR" };
        assert.equal(await page.post("/sdk/pay/begin", body), "200");
        return page.answer;
      };
      assert.equal(await eve.post("/sdk/pay/begin", { tea: "gold" }), "400 unknown_tea");
      assert.equal(await eve.post("/sdk/pay/complete", { token: "x" }), "409 no_payment");

      const cheap = await begin(eve, "rooibos");
      assert.match(cheap.payment, /^Pay 6\.40 EUR /);
      const token = await confirm(demo, cheap);
      // The proof of a cheap tea for an expensive one.
      await begin(eve, "darjeeling");
      assert.match(await eve.post("/sdk/pay/complete", { token }), /^401 /);
      // An attempt uses the payment up, and so does a success.
      assert.equal(await eve.post("/sdk/pay/complete", { token }), "409 no_payment");
      const paid = { token: await confirm(demo, await begin(eve, "sencha")) };
      assert.equal(await eve.post("/sdk/pay/complete", paid), "200");
      assert.equal(await eve.post("/sdk/pay/complete", paid), "409 no_payment");
      // Another's proof, and a login for a proof.
      const hers = await confirm(demo, await begin(eve, "sencha"));
      await begin(mallory, "sencha");
      assert.match(await mallory.post("/sdk/pay/complete", { token: hers }), /^401 /);
      await begin(mallory, "sencha");
      const login = await logIn(demo, "mallory");
      assert.match(await mallory.post("/sdk/pay/complete", { token: login }), /^401 /);
      // And a proof for a login.
      assert.match(await mallory.post("/sdk/sign-in", { token: hers }), /^401 /);
    });

    test("codes are tried 30 times a minute", async () => {
      const page = new Page(demo);
      const answers = new Set();
      for (let tries = 0; tries < 62; tries++) {
        answers.add(await page.post("/sign-in/code", { username: "eve", code: "0000000" }));
        delete page.headers.Cookie;
      }
      assert.deepEqual(answers, new Set(["403 wrong_code", "429 too_many_tries"]));
    });

    if (service === "v1") {
      test("the web SDK gets no token for another's code", async () => {
        const page = new Page(demo);
        const permit = (scope, username) => page.post("/sdk/permit", { scope, username });
        assert.equal(await permit("auth.login", "eve"), "200");
        assert.equal(await permit("codes.generate", "eve"), "403 not_permitted");
        assert.equal(await permit("users.delete", "eve"), "403 not_permitted");
        const token = await DEVICES.v1.logIn(demo, "eve");
        assert.equal(await page.post("/sdk/sign-in", { token }), "200");
        assert.equal(await permit("codes.generate", "ada"), "403 not_permitted");
        assert.equal(await permit("codes.generate", "eve"), "200");
      });
    }
  });
}

test("without the web SDK its tab says so, and the other one works", async () => {
  const demo = await Demo.startWithoutSdk("v2");
  const visitor = await Visitor.start(SCREENSHOTS);
  try {
    await enter(visitor, demo.url, "sdk");
    await visitor.reads("#message", /The web SDK is missing/);
    await visitor.type("#passkey-name", "ada");
    await visitor.click('#passkey [value="signUp"]');
    await visitor.reads("#message", /It did not work/);
    await visitor.click("#tab-plain");
    await visitor.reads("#way", WAYS.plain);
    await visitor.click('#passkey [value="signUp"]');
    await visitor.reads("#customer", /Signed in as ada/);
  } finally {
    await visitor.stop();
    await demo.stop();
  }
});
