// Servers of the guides for Python, with the page of docs/v2/web.md.
"use strict";

const { spawn, execFileSync } = require("node:child_process");
const { once } = require("node:events");
const { appendFileSync, mkdirSync, mkdtempSync, openSync, readFileSync } = require("node:fs");
const { rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:net");
const { tmpdir } = require("node:os");
const { dirname, join, resolve } = require("node:path");
const { bundle } = require("../../../examples/web/sdk/bundle");

const ROOT = resolve(__dirname, "../../..");
const python = process.env.PYTHON;
const documentation = (page) => readFileSync(join(ROOT, "docs", page), "utf8");

// The page with LoginID's browser SDK. `line` is added to its function `post`.
function pageOf({ baseUrl, appId }, line) {
  const [, script] = documentation("v2/web.md").match(/```js\n(.*?)```/s);
  const headers = /( +const headers = .*\n)/;
  if (!headers.test(script)) throw new Error("the page has no headers");
  const [sdk, config] = [bundle("@loginid/websdk3", "WebSDK"), JSON.stringify([baseUrl, appId])];
  const own = `const [baseUrl, appId] = ${config};\n${script.replace(headers, `$1${line}\n`)}`;
  const scripts = [sdk, own].map((code) => `<script>${code.replaceAll("</", "<\\/")}</script>`);
  return `<!doctype html><title>A shop</title>${scripts.join("")}`;
}

// Writes the programs of a guide.
function write(folder, guide) {
  const blocks = documentation(guide).matchAll(/^```python\n# ([\w./]+)(, at its end)?\n(.*?)^```/gms);
  for (const [, name, atEnd, program] of blocks) {
    (atEnd ? appendFileSync : writeFileSync)(join(folder, name), program);
  }
}

function writePage(folder, name, text) {
  mkdirSync(join(folder, dirname(name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const GUIDES = {
  // Flask serves what is in the folder `static`.
  Flask(folder, config) {
    write(folder, "python/flask.md");
    writePage(folder, "static/page.html", pageOf(config, ""));
    return { path: "/static/page.html", command: (port) => ["flask", "--app", "app", "run", "-p", port] };
  },
  Django(folder, config) {
    execFileSync(python, ["-m", "django", "startproject", "shop", "."], { cwd: folder });
    write(folder, "python/django.md");
    const [, line] = documentation("python/django.md").match(/```js\n(.*?)```/s);
    const page = pageOf(config, line);
    writePage(folder, "templates/page.html", `{% verbatim %}${page}{% endverbatim %}`);
    const settings = ["--settings", "shop.settings", "--pythonpath", "."];
    const server = (port) => ["django", "runserver", "--noreload", `localhost:${port}`, ...settings];
    return { path: "/", command: server };
  },
};

async function freePort() {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

// Starts the server of a guide: the address of its page, and how to stop it.
async function serveGuide(name, config) {
  const folder = mkdtempSync(join(tmpdir(), "loginid-guide-"));
  const { path, command } = GUIDES[name](folder, config);
  const port = await freePort();
  const log = join(folder, "log");
  const output = openSync(log, "w");
  const server = spawn(python, ["-m", ...command(String(port))], {
    cwd: folder,
    env: { ...process.env, FLASK_SECRET_KEY: "of the test", PYTHONPATH: join(ROOT, "bindings/python/src") },
    stdio: ["ignore", output, output],
  });
  const ended = once(server, "exit");
  const stop = async () => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  const url = `http://localhost:${port}${path}`;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return { url, stop };
    if (answer || server.exitCode !== null) {
      const text = readFileSync(log, "utf8");
      await stop();
      throw new Error(`${name} does not serve its page: ${answer?.status} ${text}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

module.exports = { guides: Object.keys(GUIDES), serveGuide };
