// Servers of pages on this machine: over HTTP, and over HTTPS with a certificate of their own.
"use strict";

const { execFileSync } = require("node:child_process");
const { X509Certificate, createHash } = require("node:crypto");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { bundle } = require("../../../examples/web/sdk/bundle");

// The scripts by path. A page at /0.13.2 loads /0.13.2.js and has the SDK as WebSDK.
const SCRIPTS = new Map([
  ["/0.13.2.js", bundle("@loginid/sdk/index.js", "WebSDK")],
  ["/0.12.1.js", bundle("loginid-sdk-0.12.1/index.js", "WebSDK")],
  ["/0.9.8.js", bundle("loginid-sdk-0.9.8/index.js", "WebSDK")],
  // The SDK of the current service.
  ["/websdk3.js", bundle("@loginid/websdk3", "WebSDK")],
]);

function answer(request, response) {
  const script = SCRIPTS.get(request.url);
  response.setHeader("Content-Type", script ? "text/javascript" : "text/html; charset=utf-8");
  const page = `<!doctype html><title>A shop</title><script src="${request.url}.js"></script>`;
  response.end(script ?? page);
}

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// A certificate for a name, with its key, and the SHA-256 of its public key.
function certify(name) {
  const folder = mkdtempSync(join(tmpdir(), "loginid-certificate-"));
  try {
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(folder, file));
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...kind, ...subject, ...files], { stdio: "pipe" });
    const pem = readFileSync(cert);
    const spki = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
    const pin = createHash("sha256").update(spki).digest("base64");
    return { key: readFileSync(key), cert: pem, pin };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// The servers' ports, and the pin of the HTTPS one.
async function servePages(name) {
  const { pin, ...certificate } = certify(name);
  const servers = await Promise.all([
    listen(http.createServer(answer)),
    listen(https.createServer(certificate, answer)),
  ]);
  const [httpPort, httpsPort] = servers.map((server) => server.address().port);
  const close = () => servers.forEach((server) => server.close().closeAllConnections());
  return { httpPort, httpsPort, pin, close };
}

module.exports = { servePages };
