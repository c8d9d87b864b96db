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
const SCREENSHOTS = join(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "demo/screenshots");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// `make demo`, as a user starts it. It ends by the signal of Ctrl-C.
class Demo {
  static async start(service) {
    const demo = new Demo();
    const env = { ...process.env, DEMO_SERVICE: service, DEMO_PORT: "0" };
    for (const name of Object.keys(env)) {
      if (name === "MAKEFLAGS" || name === "MAKELEVEL" || name.startsWith("LOGINID_")) delete env[name];
    }
    // A group of its own, as a terminal's foreground.
    const options = { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] };
    demo.make = spawn("make", ["demo"], options);
    demo.ended = new Promise((resolve) => demo.make.once("close", resolve));
    demo.lines = [];
    demo.errors = "";
    demo.make.stderr.on("data", (data) => (demo.errors += data));
    const addresses = new Promise((resolve) => {
      createInterface(demo.make.stdout).on("line", (line) => {
        demo.lines.push(line);
        if (line === "Ctrl-C ends both.") resolve();
      });
    });
    await Promise.race([addresses, demo.ended.then((code) => assert.fail(`${code}: ${demo.errors}`))]);
    const [, url] = demo.printed(/^The shop, with LoginID v[12]: +(http:\/\/localhost:\d+)\/$/);
    const [, emulator] = demo.printed(/^The emulator of LoginID: +(http:\/\/localhost:\d+)\/_emulator\/$/);
    return Object.assign(demo, { url, emulator });
  }

  printed(expected) {
    const found = this.lines.map((line) => expected.exec(line)).find(Boolean);
    assert.ok(found, `${expected} is not in ${this.lines.join("\n")}`);
    return found;
  }

  async stop() {
    process.kill(-this.make.pid, "SIGINT");
    await this.ended;
    for (const address of [this.url, this.emulator]) await assert.rejects(fetch(address), address);
  }

  // A request as a page of the shop makes it, without a browser.
  post(path, body, headers = {}) {
    const own = { Origin: this.url, "Content-Type": "application/json" };
    return fetch(this.url + path, { method: "POST", headers: { ...own, ...headers }, body });
  }
}

async function accessible(visitor, what) {
  await visitor.browser.run(`async () => { ${AXE}; window.axe = axe; }`);
  const { value, error } = await visitor.browser.run(async () => (await axe.run()).violations);
  assert.equal(error, undefined);
  assert.deepEqual(value.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], what);
}

// Pictures of what is shown, on a large and a small screen, light and dark.
async function look(visitor, name) {
  for (const [size, width, height] of [["large", 1100, 900], ["small", 360, 740]]) {
    for (const scheme of ["light", "dark"]) {
      await visitor.show(width, height, scheme);
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
  await visitor.until((id) => document.getElementById(id).ariaSelected === "true", `tab-${tab}`);
  const file = tab === "plain" ? /The shop.s server makes all calls/ : /LoginID.s web SDK/;
  await visitor.reads("#way", /server/);
  return file;
}

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
        const name = `ada-${tab}@example.com`;
        await enter(first, demo.url, tab);
        await look(first, `${service}-${tab}-1-visitor`);

        await first.type("#passkey-name", name);
        await first.click('#passkey [value="signUp"]');
        await first.reads("#customer", new RegExp(`Signed in as ${name}`));
        await look(first, `${service}-${tab}-2-customer`);

        // The name is taken.
        await first.click("#sign-out");
        await first.reads("#visitor", /With a passkey/);
        await first.type("#passkey-name", name);
        await first.click('#passkey [value="signUp"]');
        await first.reads("#message", tab === "plain" ? /has an account already/ : /./);
        await look(first, `${service}-${tab}-3-name-taken`);

        await first.click('#passkey [value="signIn"]');
        await first.reads("#customer", new RegExp(name));

        // A payment that is cancelled, and one that is confirmed.
        await first.click('[value="sencha"]');
        await first.click("#pay button");
        const text = await first.reads("#confirm-text", /^Pay 9\.80 EUR to Camellia for Sencha from Uji \(order [0-9a-f]{6}\)$/);
        await look(first, `${service}-${tab}-4-confirm`);
        await first.click('#confirm [value=""]');
        await first.reads("#message", /Nothing was paid/);
        await first.click("#pay button");
        const again = await first.reads("#confirm-text", /^Pay 9\.80 EUR/);
        assert.notEqual(again, text);
        await first.click('#confirm [value="confirm"]');
        assert.equal(await first.reads("#paid", /Done/), `✓ Done: ${again}`);
        demo.printed(new RegExp(`^${name}: ${again.replace(/[().]/g, "\\$&")}$`));

        // The second device.
        await first.click("#make-code button");
        const code = (await first.reads("#made-code output", /^\d{6}$/)).trim();
        await first.reads("#made-code .note", /Good once, for \d:\d\d/);
        await look(first, `${service}-${tab}-5-code`);
        await enter(second, demo.url, tab);
        const wrong = code === "000000" ? "000001" : "000000";
        await second.type("#code-name", name);
        await second.type("#code-digits", wrong);
        await second.click("#with-code button");
        await second.reads("#message", /./);
        await second.type("#code-digits", code);
        await second.click("#with-code button");
        await second.reads("#customer", new RegExp(name));
        await second.click("#sign-out");
        await second.reads("#visitor", /With a passkey/);

        // Reloaded, the first device is signed in still, and then it is not.
        await enter(first, demo.url, tab);
        await first.reads("#customer", new RegExp(name));
        await first.click("#sign-out");
        await first.reads("#visitor", /With a passkey/);
        await first.reads("#log", /\/sign-out 200/);
      });
    }
  });
}
