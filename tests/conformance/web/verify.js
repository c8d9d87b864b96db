// Compiles verify.c with the header and the library that was built, and runs it.
"use strict";

const { execFileSync, spawnSync } = require("node:child_process");
const { mkdtempSync, rmSync, symlinkSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");

const FLAGS = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];

// The exit status and what the program prints about these tokens.
function verifyInC(tokens) {
  const folder = mkdtempSync(join(tmpdir(), "loginid-verify-"));
  try {
    for (const name of ["libloginid.so", "libloginid.so.0"]) {
      symlinkSync(process.env.LOGINID_LIBRARY, join(folder, name));
    }
    const include = resolve(__dirname, "../../../include");
    const program = join(folder, "verify");
    const library = [`-L${folder}`, "-lloginid", `-Wl,-rpath,${folder}`];
    const source = join(__dirname, "verify.c");
    execFileSync("cc", [...FLAGS, `-I${include}`, source, "-o", program, ...library]);
    const input = tokens.map((token) => `${JSON.stringify(token)}\n`).join("");
    const { status, stdout, stderr } = spawnSync(program, { input, encoding: "utf8" });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

module.exports = { verifyInC };
