// Chromium with a virtual authenticator, driven through chromedriver (WebDriver). No request is
// intercepted: Chromium sends its preflights.
"use strict";

const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

// Headless, and without requests of its own.
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

class Chromium {
  // Resolves these names to this machine and no others, and trusts these public keys (SHA-256).
  static async start(names, keys) {
    const chromium = new Chromium();
    try {
      await chromium.begin(names, keys);
    } catch (error) {
      chromium.driver?.kill();
      throw error;
    }
    return chromium;
  }

  constructor() {
    this.profile = mkdtempSync(join(tmpdir(), "loginid-chromium-"));
  }

  async begin(names, keys) {
    const { driver, port } = await startDriver();
    this.driver = driver;
    this.session = `http://127.0.0.1:${port}/session`;
    const mapped = names.map((name) => `MAP ${name} 127.0.0.1`);
    const own = ["localhost", "*.localhost", "127.0.0.1"].map((name) => `EXCLUDE ${name}`);
    const rules = [...mapped, "MAP * ~NOTFOUND", ...own];
    const args = [
      ...FLAGS,
      `--user-data-dir=${this.profile}`,
      `--host-resolver-rules=${rules.join(", ")}`,
      `--ignore-certificate-errors-spki-list=${keys.join(",")}`,
    ];
    const options = { alwaysMatch: { "goog:chromeOptions": { args } } };
    const { sessionId } = await this.post("", { capabilities: options });
    this.session += `/${sessionId}`;
    await this.post("/timeouts", { script: 60_000 });
    await this.post("/webauthn/authenticator", {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    });
  }

  async stop() {
    await fetch(this.session, { method: "DELETE" });
    const ended = new Promise((resolve) => this.driver.once("exit", resolve));
    this.driver.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true });
  }

  open(url) {
    return this.post("/url", { url });
  }

  // Waits until a navigation has reached this address: the text of its page.
  async reached(url) {
    const inPage = async () => [location.href, document.readyState, document.body?.innerText];
    for (let tries = 0; tries < 200; tries++) {
      const { value } = await this.run(inPage);
      const [href, state, text] = value ?? [];
      if (href === url && state === "complete") return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never reached: ${url}`);
  }

  // Runs an async function in the page. Returns { value }, or { error } with its name, code and
  // message.
  run(inPage, ...args) {
    const script = `return (${inPage}).apply(null, arguments).then(
      (value) => ({ value: value ?? null }),
      (error) => ({ error: { name: error.name, code: error.code ?? null, message: error.message } }),
    )`;
    return this.post("/execute/sync", { script, args });
  }

  async post(path, body) {
    const answer = await fetch(this.session + path, { method: "POST", body: JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }
}

// chromedriver takes a port that is free for IPv4, and ends if another program has it for IPv6.
async function startDriver() {
  for (let tries = 1; ; tries++) {
    const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      return { driver, port: await portOf(driver) };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

// "ChromeDriver was started successfully on port 12345."
function portOf(driver) {
  return new Promise((resolve, reject) => {
    driver.once("error", reject);
    driver.once("exit", (status) => reject(new Error(`chromedriver ended: ${status}`)));
    createInterface(driver.stdout).on("line", (line) => {
      const port = /successfully on port (\d+)/.exec(line)?.[1];
      if (port) resolve(port);
    });
  });
}

module.exports = { Chromium };
